import { isOver, nextState, pauseMs } from '@ostiary/session';
import type { JwtClaims, SessionEvent, SessionState } from '@ostiary/session';
import type { Environment } from '../environment.ts';
import { SessionError } from '../session-error.ts';

/** What the backend tells about its session. */
interface Told {
  claims: JwtClaims;
  session_expires_in: number;
  session_can_extend: boolean;
}

/** What a hotel's gateway answers in place of the backend is no news of the session. */
function isTold(body: object): body is Told {
  return 'claims' in body && 'session_expires_in' in body;
}

const longestSleepMs = 600_000;
/** So long after its end the backend is asked: nobody else knows that a session has ended. */
const graceMs = 1_000;

/** What this page knows of the session that its backend keeps, and when it looks again. */
export class BffSession {
  user: JwtClaims | undefined;
  state: SessionState = { kind: 'signedOut', reason: 'neverSignedIn' };
  readonly listeners = new Set<(state: SessionState) => void>();
  readonly #prefix: string;
  readonly #warnSeconds: number;
  readonly #environment: Environment;
  /** By the monotonic clock. */
  #end: { atMs: number; canExtend: boolean } | undefined;
  #failures = 0;
  #cancel = () => {};

  constructor(prefix: string, warnSeconds: number, environment: Environment) {
    this.#prefix = prefix;
    this.#warnSeconds = warnSeconds;
    this.#environment = environment;
  }

  /** One call of the backend itself; `undefined` when nothing came back. */
  async call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
    const request = { ...init, headers: { 'X-CSRF': '1' }, credentials: 'same-origin' } as const;
    try {
      const answer = await this.#environment.fetch(this.#prefix + path, request);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    } catch {
      return undefined;
    }
  }

  /** Asks who is signed in; with `isUse` this counts as use. */
  async ask(isUse: boolean): Promise<JwtClaims | undefined> {
    const answer = await this.call(`/user${isUse ? '' : '?slide=false'}`);
    if (answer?.status === 200 && isTold(answer.body)) this.#heard(answer.body);
    else if (answer?.status === 401) this.#ended(answer.body);
    else this.#failed();
    return this.user;
  }

  askQuietly = (): void => void this.ask(false).catch(() => {});

  left(where: 'here' | 'elsewhere'): void {
    this.#forget();
    this.#happened({ kind: 'signedOut', where });
  }

  stop(): void {
    this.#cancel();
  }

  #heard({ claims, session_expires_in, session_can_extend }: Told): void {
    const isSame = this.user?.sub === claims.sub && !isOver(this.state);
    this.user = claims;
    this.#end = { atMs: this.#now() + session_expires_in * 1000, canExtend: session_can_extend };
    this.#failures = 0;
    if (!isSame) this.#happened({ kind: 'signedIn' });
    else {
      if (session_expires_in > this.#warnSeconds) this.#happened({ kind: 'endFar' });
      this.#happened({ kind: 'renewed' });
    }
    this.#watch();
  }

  #ended(body: Record<string, unknown>): void {
    const isTimeOver = this.#end !== undefined && this.#end.atMs <= this.#now();
    const code = String(body['error_cause'] ?? body['error']);
    if (!isOver(this.state))
      this.#happened({ kind: 'ended', reason: { code: isTimeOver ? 'expired' : 'grantEnded', error: { code } } });
    this.#forget();
  }

  /** Trouble of the moment: nobody is signed out by it. */
  #failed(): never {
    this.#failures += 1;
    const waitMs = pauseMs(this.#failures, this.#environment.draw());
    const retryAtMs = this.#environment.wallMs() + waitMs;
    const reason = this.#environment.isOnline() ? 'serverBusy' : 'offline';
    this.#happened({ kind: 'renewalFailed', reason, retryAtMs });
    if (!isOver(this.state)) this.#later(waitMs, this.askQuietly);
    throw new SessionError('try_later', `${this.#prefix}/user`, undefined, retryAtMs);
  }

  #watch = (): void => {
    if (this.#end === undefined) return;
    const { atMs, canExtend } = this.#end;
    const leftMs = atMs - this.#now();
    const warnMs = this.#warnSeconds * 1000;
    if (leftMs > warnMs) return this.#later(leftMs - warnMs, this.#watch);
    this.#happened({ kind: 'endNear', secondsLeft: Math.max(0, Math.ceil(leftMs / 1000)), canExtend });
    this.#later(leftMs + graceMs, this.askQuietly);
  };

  #later(ms: number, callBack: () => void): void {
    this.#cancel();
    this.#cancel = this.#environment.setTimer(Math.min(Math.max(ms, graceMs), longestSleepMs), callBack);
  }

  #forget(): void {
    this.user = this.#end = undefined;
    this.#cancel();
  }

  #happened(event: SessionEvent): void {
    const next = nextState(this.state, event);
    if (JSON.stringify(next) === JSON.stringify(this.state)) return;
    this.state = next;
    for (const listener of this.listeners) listener(next);
  }

  #now(): number {
    return this.#environment.monotonicMs();
  }
}
