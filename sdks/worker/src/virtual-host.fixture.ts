import type { Environment } from './environment.ts';

/** What the network does with a request. `dropAnswer`: the server acts, the worker never hears. */
export type Fault = { kind: 'dropAnswer' } | { kind: 'refuse' } | { kind: 'answer'; response: () => Response };

export type Server = (request: Request) => Promise<Response>;

/**
 * Machines on a virtual clock, in plain Node: timers, random, network faults, sleep. Nothing happens between two calls of
 * `advance` but what was begun, and a week takes a moment.
 */
export class VirtualHost {
  nowMs: number;
  /** Asked for every request, in order; `undefined` lets it through. */
  fault: (request: Request) => Fault | undefined = () => undefined;
  /** Waited for before a request leaves, and before its answer arrives: a barrier of the test. */
  beforeSending: (request: Request) => Promise<void> = async () => {};
  beforeAnswer: (request: Request) => Promise<void> = async () => {};
  readonly requests: { path: string; form: URLSearchParams; headers: Headers; atMs: number }[] = [];
  readonly #server: Server;
  #timers: { atMs: number; order: number; callBack: () => void }[] = [];
  #order = 0;
  #atServer = 0;
  #seed = 1;

  constructor(server: Server, nowMs = 1_800_000_000_000) {
    this.#server = server;
    this.nowMs = nowMs;
  }

  /**
   * @param wallErrorMs what this machine's clock is wrong by
   * @param isDead from then on it does nothing and hears nothing, as after kill -9
   */
  environment({ wallErrorMs = 0, isDead = (): boolean => false } = {}): Environment {
    return {
      wallMs: () => this.nowMs + wallErrorMs,
      monotonicMs: () => this.nowMs,
      fetch: (input, init) => this.#fetch(new Request(input, init), isDead),
      setTimer: (ms, callBack) => {
        const unlessDead = () => (isDead() ? undefined : callBack());
        const timer = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, callBack: unlessDead };
        this.#timers.push(timer);
        return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
      },
      timeout: () => new AbortController().signal,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(this.#draw() * 256)),
      draw: () => this.#draw(),
    };
  }

  /** Lets time pass: every timer that comes due runs in its order, and what it began goes as far as it can. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await this.settle();
    for (let due = this.#next(untilMs); due; due = this.#next(untilMs)) {
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.callBack();
      await this.settle();
    }
    this.nowMs = untilMs;
    await this.settle();
  }

  /** The machine sleeps: time passes and no timer runs; afterwards those that came due run at once. */
  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.advance(0);
  }

  /** Lets everything run that waits for nothing but other work, and for the server. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet = this.#atServer > 0 ? 0 : quiet + 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Runs work that waits for virtual time, to its end. */
  async during<Result>(work: Promise<Result>, stepMs = 100): Promise<Result> {
    let isOver = false;
    const ended = () => void (isOver = true);
    work.then(ended, ended);
    for (let steps = 0; !isOver && steps < 10_000; steps += 1) await this.advance(stepMs);
    return work;
  }

  /** The requests to one path, in order. */
  sentTo(path: string) {
    return this.requests.filter((request) => request.path === path);
  }

  async #fetch(request: Request, isDead: () => boolean): Promise<Response> {
    const fault = this.fault(request);
    await this.beforeSending(request);
    if (fault?.kind === 'refuse') throw new TypeError('fetch failed');
    const { pathname: path } = new URL(request.url);
    const form = new URLSearchParams(await request.clone().text());
    this.requests.push({ path, form, headers: request.headers, atMs: this.nowMs });
    if (fault?.kind === 'answer') return fault.response();
    const response = await this.#serve(request);
    await this.beforeAnswer(request);
    if (isDead()) await new Promise<never>(() => {});
    if (fault?.kind === 'dropAnswer') throw new TypeError('fetch failed');
    return response;
  }

  /** A server may take real time; virtual time stands meanwhile. */
  async #serve(request: Request): Promise<Response> {
    this.#atServer += 1;
    try {
      return await this.#server(request);
    } finally {
      this.#atServer -= 1;
    }
  }

  /** Repeatable draws (mulberry32). */
  #draw(): number {
    this.#seed = (this.#seed + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  #next(untilMs: number) {
    const ready = this.#timers.filter(({ atMs }) => atMs <= untilMs);
    const [first] = ready.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (first) this.#timers = this.#timers.filter((each) => each !== first);
    return first;
  }
}
