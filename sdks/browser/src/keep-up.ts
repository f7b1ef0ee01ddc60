import { isOver, sessionEnd } from '@ostiary/session';
import type { SessionEnd, SessionRecord } from '@ostiary/session';
import type { Parts } from './parts.ts';
import type { Renewal } from './renewal.ts';
import { SessionError } from './session-error.ts';

/** However short the lifetimes: no more than one renewal in this time, in milliseconds. */
const leastPauseMs = 1_000;
/** Clocks are looked at this often: timers of hidden and sleeping pages come late. */
const longestSleepMs = 600_000;
/** So long after its end by our clock a session has ended by the server's as well; asked before, it might go on. */
const graceMs = 5_000;

/**
 * Keeps the session up while the page stands: renews ahead of need, says when the end is near, and looks again whenever the
 * page may have slept. Returns what ends it.
 */
export function keepUp(parts: Parts, renewal: Renewal): () => void {
  const { environment, session, time } = parts;
  let cancel = () => {};
  let triedAtMs = -Infinity;
  let restUntilMs = 0;
  let isStopped = false;
  const later = (atMs: number) => {
    cancel();
    if (isStopped) return;
    const ms = Math.min(Math.max(atMs - time.now(), leastPauseMs), longestSleepMs);
    cancel = environment.setTimer(ms, quietly);
  };
  const look = async () => {
    const record = await session.read();
    if (record === undefined || isStopped) return cancel();
    if (await leftMeanwhile(parts, record.tokens.obtainedAtMs)) return cancel();
    const end = sessionEnd(record.tokens);
    const aheadAtMs = aheadOfNeed(parts, record);
    // When the time is over the server is asked: nobody else knows that a session has ended.
    const dueAtMs = Math.min(aheadAtMs, (end?.endsAtMs ?? Infinity) + graceMs);
    const state = session.state();
    const isOnline = environment.isOnline();
    // Who is offline waits to be woken.
    const tryAtMs = isOnline ? Math.max(dueAtMs, state.kind === 'degraded' ? state.retryAtMs : restUntilMs) : Infinity;
    const mayTry = environment.monotonicMs() - triedAtMs >= leastPauseMs;
    if (tryAtMs <= time.now() && mayTry) {
      triedAtMs = environment.monotonicMs();
      restUntilMs = await renewal.renew(record.tokens.accessToken).then(() => 0, pauseAfter);
      return later(0);
    }
    const isMoved = end?.canExtend && isOnline && aheadAtMs > time.now() && aheadAtMs < end.endsAtMs;
    later(Math.min(tryAtMs, announceEnd(parts, isMoved ? undefined : end, record)));
  };
  const quietly = () => void look();
  const stopWaking = environment.onWake(quietly);
  const stopListening = session.onState((state) => {
    if (state.kind === 'active') restUntilMs = 0;
    if (isOver(state)) cancel();
    else later(0);
  });
  quietly();
  return () => {
    isStopped = true;
    cancel();
    stopWaking();
    stopListening();
  };
}

/** When the tokens are to be renewed though nobody asks; after a failure, as soon as that may be tried again. */
function aheadOfNeed({ options, session, silently }: Parts, { tokens, renewAtMs = Infinity }: SessionRecord): number {
  if (options.renew === 'onUse' || (tokens.refreshToken ?? silently) === undefined) return Infinity;
  return session.state().kind === 'degraded' ? 0 : renewAtMs;
}

/** Another tab signed out while this one slept and could not be told. */
async function leftMeanwhile({ session, tabs, time }: Parts, obtainedAtMs: number): Promise<boolean> {
  if (time.at(tabs.signedOutAtMs()) <= obtainedAtMs) return false;
  await session.leave('elsewhere');
  return true;
}

/** Says how long is left when the end is near. Returns when to look again. */
function announceEnd(
  { session, time, options }: Parts,
  end: SessionEnd | undefined,
  { tokens }: SessionRecord,
): number {
  const { endsAtMs, canExtend } = end ?? { endsAtMs: Infinity, canExtend: false };
  const leftMs = endsAtMs - time.now();
  // What the user extends is not near its end again at once, however short it is.
  const longestMs = canExtend ? (endsAtMs - tokens.obtainedAtMs) / 2 : Infinity;
  const warnMs = Math.min((options.warnSeconds ?? 120) * 1000, longestMs);
  if (leftMs > warnMs) {
    session.happened({ kind: 'endFar' });
    return endsAtMs - warnMs;
  }
  if (leftMs <= -graceMs) return Infinity;
  session.happened({ kind: 'endNear', secondsLeft: Math.max(0, Math.ceil(leftMs / 1000)), canExtend });
  return time.now() + leastPauseMs;
}

/** When to try again, by server time. */
function pauseAfter(fault: unknown): number {
  if (!(fault instanceof SessionError)) throw fault;
  return fault.retryAtMs ?? 0;
}
