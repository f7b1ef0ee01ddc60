import { createHash } from 'node:crypto';
import { base64url } from './environment.ts';
import type { Environment } from './environment.ts';

/** What the network does with a request. `dropAnswer`: the server acts, the client never hears. */
export type Fault =
  | { kind: 'dropAnswer' }
  | { kind: 'refuse' }
  | { kind: 'hang' }
  | { kind: 'delay'; ms: number }
  | { kind: 'answer'; response: () => Response }
  /** The server acts, and something on the way makes another answer of its answer. */
  | { kind: 'change'; change: (response: Response) => Promise<Response> };

export type Server = (request: Request) => Promise<Response>;

/**
 * A browser of virtual tabs on a virtual clock, in plain Node: timers, storage, channels, locks, sleep and network faults.
 * Nothing happens between two calls of `advance` but what was begun, and a day takes milliseconds.
 */
export class VirtualBrowser {
  /** True time, which the server has. */
  nowMs: number;
  /** What this machine's wall clock is wrong by. */
  wallErrorMs = 0;
  isOnline = true;
  hasLocks = true;
  /** Every request for a lock throws, as in pages without an origin of their own. */
  refusesLocks = false;
  hasChannels = true;
  readonly local = new VirtualStorage();
  readonly tabs: VirtualTab[] = [];
  /** Asked for every request, in order; `undefined` lets it through. */
  fault: (request: Request, tab: VirtualTab) => Fault | undefined = () => undefined;
  readonly requests: { url: string; body: string; tab: number; atMs: number }[] = [];
  readonly server: Server;
  readonly locks = new Map<string, { queue: LockWait[]; held: { release: () => void; tab: VirtualTab } | undefined }>();
  #timers: { atMs: number; order: number; tab: VirtualTab | undefined; callBack: () => void }[] = [];
  #order = 0;
  #sleptMs = 0;
  #inRealTime = 0;
  #seed: number;

  constructor({ server, nowMs = 1_800_000_000_000, seed = 1 }: { server: Server; nowMs?: number; seed?: number }) {
    this.server = server;
    this.nowMs = nowMs;
    this.#seed = seed;
  }

  /** Opens a tab. A duplicate begins with a copy of another's session storage, as browsers do. */
  openTab({ href = 'https://app.example/', copyOf }: { href?: string; copyOf?: VirtualTab } = {}): VirtualTab {
    const tab = new VirtualTab(this, this.tabs.length, href, copyOf);
    this.tabs.push(tab);
    return tab;
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

  /** The machine sleeps: no timer runs, monotonic clocks stand still, and every tab wakes at the end. */
  async sleep(ms: number): Promise<void> {
    await this.settle();
    this.nowMs += ms;
    this.#sleptMs += ms;
    for (const tab of this.tabs) tab.wake();
    await this.advance(0);
  }

  /** Lets everything run that waits for nothing but other work, and for the server. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 12; quiet = this.#inRealTime > 0 ? 0 : quiet + 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Hands a request to the server. */
  serve(request: Request): Promise<Response> {
    return this.inRealTime(() => this.server(request));
  }

  /** For work that takes real time, as a server or a key does; virtual time stands meanwhile. */
  async inRealTime<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#inRealTime += 1;
    try {
      return await work();
    } finally {
      this.#inRealTime -= 1;
    }
  }

  monotonicMs(): number {
    return this.nowMs - this.#sleptMs;
  }

  wallMs(): number {
    return this.nowMs + this.wallErrorMs;
  }

  after(ms: number, callBack: () => void, tab?: VirtualTab): () => void {
    const timer = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, tab, callBack };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  /** Repeatable draws (mulberry32). */
  draw(): number {
    this.#seed = (this.#seed + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  #next(untilMs: number) {
    const ready = this.#timers.filter(({ atMs, tab }) => atMs <= untilMs && !tab?.isFrozen);
    const [first] = ready.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (first) this.#timers = this.#timers.filter((each) => each !== first);
    return first;
  }
}

interface LockWait {
  tab: VirtualTab;
  run: () => void;
}

/** One page. Frozen, it does nothing until it is thawed; closed, it never does anything again. */
export class VirtualTab {
  readonly browser: VirtualBrowser;
  readonly number: number;
  readonly session = new VirtualStorage();
  isFrozen = false;
  isClosed = false;
  /** Where the page would have gone. */
  readonly visited: string[] = [];
  href: string;
  #wakers = new Set<() => void>();
  #channels = new Set<{ name: string; onMessage: (message: unknown) => void }>();
  #missed: (() => void)[] = [];

  constructor(browser: VirtualBrowser, number: number, href: string, copyOf: VirtualTab | undefined) {
    this.browser = browser;
    this.number = number;
    this.href = href;
    for (const [key, value] of copyOf?.session.entries() ?? []) this.session.setItem(key, value);
  }

  environment(): Environment {
    const { browser } = this;
    return {
      isPage: true,
      wallMs: () => browser.wallMs(),
      monotonicMs: () => browser.monotonicMs(),
      fetch: (input, init) => this.#fetch(new Request(input, init)),
      setTimer: (ms, callBack) => browser.after(ms, callBack, this),
      timeout: (ms) => {
        const abort = new AbortController();
        browser.after(ms, () => abort.abort(new DOMException('timed out', 'TimeoutError')), this);
        return abort.signal;
      },
      random: (bytes) => base64url(Uint8Array.from({ length: bytes }, () => Math.floor(browser.draw() * 256))),
      draw: () => browser.draw(),
      digest: async (text) => createHash('sha256').update(text).digest('base64url'),
      storage: (kind) => (kind === 'local' ? browser.local : this.session),
      channel: (name, onMessage) => this.#channel(name, onMessage),
      locks: browser.hasLocks ? { request: this.#lock.bind(this) as LockManager['request'] } : undefined,
      onWake: (callBack) => {
        this.#wakers.add(callBack);
        return () => this.#wakers.delete(callBack);
      },
      isOnline: () => browser.isOnline,
      location: {
        href: () => this.href,
        assign: (url) => void this.visited.push(url),
        replace: (url) => (this.href = url),
      },
    };
  }

  /** The page looks alive again: focus, visibility, network. */
  wake(): void {
    if (this.isFrozen || this.isClosed) return;
    for (const callBack of this.#wakers) callBack();
  }

  freeze(): void {
    this.isFrozen = true;
  }

  async thaw(): Promise<void> {
    this.isFrozen = false;
    for (const deliver of this.#missed.splice(0)) deliver();
    this.wake();
    await this.browser.advance(0);
  }

  /** The tab is killed: its locks go free, its timers never run. */
  close(): void {
    this.isClosed = true;
    this.isFrozen = true;
    this.#channels.clear();
    for (const lock of this.browser.locks.values()) {
      lock.queue = lock.queue.filter(({ tab }) => tab !== this);
      if (lock.held?.tab === this) lock.held.release();
    }
  }

  async #fetch(request: Request): Promise<Response> {
    const { browser } = this;
    const body = await request.clone().text();
    browser.requests.push({ url: request.url, body, tab: this.number, atMs: browser.nowMs });
    const aborted = new Promise<never>((_, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason)),
    );
    const fault = browser.isOnline ? browser.fault(request, this) : { kind: 'refuse' as const };
    try {
      return await Promise.race([this.#answer(request, fault), aborted]);
    } finally {
      await this.#whileFrozen();
    }
  }

  async #answer(request: Request, fault: Fault | undefined): Promise<Response> {
    switch (fault?.kind) {
      case undefined:
        return this.browser.serve(request);
      case 'refuse':
        throw new TypeError('Failed to fetch');
      case 'hang':
        return new Promise<never>(() => {});
      case 'dropAnswer':
        await this.browser.serve(request);
        throw new TypeError('Failed to fetch');
      case 'answer':
        return fault.response();
      case 'change':
        return fault.change(await this.browser.serve(request));
      case 'delay': {
        const response = await this.browser.serve(request);
        await new Promise<void>((resolve) => this.browser.after(fault.ms, resolve, this));
        return response;
      }
    }
  }

  /** What a frozen page waits for comes when it is thawed; to a closed one nothing comes. */
  async #whileFrozen(): Promise<void> {
    if (this.isClosed) await new Promise<never>(() => {});
    if (this.isFrozen) await new Promise<void>((resolve) => this.#missed.push(resolve));
  }

  #channel(name: string, onMessage: (message: unknown) => void) {
    if (!this.browser.hasChannels) return undefined;
    const own = { name, onMessage };
    this.#channels.add(own);
    return {
      post: (message: unknown) => {
        const text = JSON.stringify(message);
        for (const tab of this.browser.tabs) tab.#hear(name, text, own);
      },
      close: () => void this.#channels.delete(own),
    };
  }

  #hear(name: string, text: string, from: object): void {
    for (const channel of this.#channels) {
      if (channel === from || channel.name !== name) continue;
      const deliver = () => channel.onMessage(JSON.parse(text));
      if (this.isFrozen) this.#missed.push(deliver);
      else this.browser.after(1, deliver, this);
    }
  }

  async #lock(name: string, options: { signal?: AbortSignal; steal?: boolean }, work: () => Promise<unknown>) {
    const locks = this.browser.locks;
    if (this.browser.refusesLocks) throw new DOMException('no locks here', 'SecurityError');
    const lock = locks.get(name) ?? { queue: [], held: undefined };
    locks.set(name, lock);
    if (options.steal) lock.held = undefined;
    if (lock.held) {
      await new Promise<void>((resolve, reject) => {
        const wait: LockWait = { tab: this, run: resolve };
        lock.queue.push(wait);
        options.signal?.addEventListener('abort', () => {
          lock.queue = lock.queue.filter((each) => each !== wait);
          reject(options.signal?.reason);
        });
      });
    }
    const held = { tab: this, release: () => {} };
    held.release = () => {
      if (lock.held !== held) return;
      lock.held = undefined;
      lock.queue.shift()?.run();
    };
    lock.held = held;
    await this.#whileFrozen();
    return work().finally(held.release);
  }
}

/** As the browser's, with a quota that can be used up. */
class VirtualStorage implements Storage {
  quotaLeft = Infinity;
  readonly #items = new Map<string, string>();
  [name: string]: unknown;

  get length(): number {
    return this.#items.size;
  }

  entries(): [string, string][] {
    return [...this.#items];
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (value.length > this.quotaLeft) throw new DOMException('full', 'QuotaExceededError');
    this.#items.set(key, String(value));
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
}
