import { isOver, sessionEnd } from '@ostiary/session';
import type { Parts } from './parts.ts';
import type { Renewal } from './renewal.ts';
import { SessionError } from './session-error.ts';

/** However short the lifetimes: no more than one renewal in this time, in milliseconds. */
const leastPauseMs = 1_000;
/** Clocks are looked at this often: timers of hidden and sleeping pages come late. */
const longestSleepMs = 600_000;

/**
 * Keeps the session up while the page stands: renews ahead of need, says when the end is near, and looks again whenever the
 * page may have slept. Returns what ends it.
 */
export function keepUp(parts: Parts, renewal: Renewal): () => void {
  const { environment, session, time, options } = parts;
  let cancel = () => {};
  let triedAtMs = -Infinity;
  let isStopped = false;
  const later = (atMs: number) => {
    cancel();
    if (isStopped) return;
    const ms = Math.min(Math.max(atMs - time.now(), leastPauseMs), longestSleepMs);
    cancel = environment.setTimer(ms, () => void look());
  };
  const look = async () => {
    const record = await session.read();
    if (record === undefined || isStopped) return cancel();
    if (await leftMeanwhile(parts, record.tokens.obtainedAtMs)) return cancel();
    const state = session.state();
    const renewAtMs = state.kind === 'degraded' ? state.retryAtMs : (record.renewAtMs ?? Infinity);
    // Who is offline waits to be woken.
    const isStealthy =
      options.renew !== 'onUse' &&
      environment.isOnline() &&
      (record.tokens.refreshToken ?? parts.silently) !== undefined;
    const mayTry = environment.monotonicMs() - triedAtMs >= leastPauseMs;
    if (isStealthy && renewAtMs <= time.now() && mayTry) {
      triedAtMs = environment.monotonicMs();
      await renewal.renew(record.tokens.accessToken).catch(expected);
      return later(Math.min(session.seen()?.renewAtMs ?? Infinity, retryAtMs(parts)));
    }
    const endAtMs = announceEnd(parts);
    later(Math.min(isStealthy ? renewAtMs : Infinity, endAtMs));
  };
  const quietly = () => void look().catch(expected);
  const stopWaking = environment.onWake(quietly);
  const stopListening = session.onState((state) => (isOver(state) ? cancel() : later(time.now())));
  quietly();
  return () => {
    isStopped = true;
    cancel();
    stopWaking();
    stopListening();
  };
}

function retryAtMs({ session }: Parts): number {
  const state = session.state();
  return state.kind === 'degraded' && state.reason !== 'misconfigured' ? state.retryAtMs : Infinity;
}

/** Another tab signed out while this one slept and could not be told. */
async function leftMeanwhile({ session, tabs, time }: Parts, obtainedAtMs: number): Promise<boolean> {
  if (time.at(tabs.signedOutAtMs()) <= obtainedAtMs) return false;
  await session.update(() => undefined);
  session.happened({ kind: 'signedOut', where: 'elsewhere' });
  return true;
}

/** Says how long is left when the end is near, and ends a session that is over. Returns when to look again. */
function announceEnd({ session, time, options }: Parts): number {
  const tokens = session.seen()?.tokens;
  const end = tokens && sessionEnd(tokens);
  if (end === undefined) return Infinity;
  const leftMs = end.endsAtMs - time.now();
  const warnMs = (options.warnSeconds ?? 120) * 1000;
  if (leftMs > warnMs) return end.endsAtMs - warnMs;
  if (leftMs > 0) {
    session.happened({ kind: 'endNear', secondsLeft: Math.ceil(leftMs / 1000), canExtend: end.canExtend });
    return time.now() + leastPauseMs;
  }
  return Infinity;
}

function expected(fault: unknown): void {
  if (!(fault instanceof SessionError)) throw fault;
}
