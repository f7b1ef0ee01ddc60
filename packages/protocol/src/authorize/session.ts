import type { Device, Session, UserState } from '@ostiary/model';

/** How long a sign-in stands, in seconds. */
export interface SessionPolicy {
  idleSeconds: number;
  absoluteSeconds: number;
}

/** The sign-in behind a browser's cookie, with what it stands on. */
export interface SessionFacts {
  session: Session;
  user?: UserState;
  device?: Device;
}

/**
 * Whether a sign-in still counts: not ended, not over, its user and device as they were. Use moves the idle end alone; only
 * signing in again moves the absolute one, else whoever signed in anew on an old session would be asked again at once.
 */
export function isStanding({ session, user, device }: SessionFacts, policy: SessionPolicy, nowMs: number): boolean {
  if (session.endedAtMs !== undefined) return false;
  if (nowMs >= session.seenAtMs + policy.idleSeconds * 1000) return false;
  if (nowMs >= session.authTimeMs + policy.absoluteSeconds * 1000) return false;
  if (user === undefined || user.isDisabled || user.epoch !== session.userEpoch) return false;
  return device !== undefined && device.removedAtMs === undefined;
}
