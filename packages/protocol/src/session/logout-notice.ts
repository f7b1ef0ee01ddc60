import type { LogoutNotice, Session } from '@ostiary/model';
import type { Cause } from '@ostiary/wire';
import type { EventNote } from '../decision.ts';

/**
 * What came of telling a client: it answered 2xx, or why not, in a word for the audit log. `isFinal`: another attempt would
 * change nothing.
 */
export type Delivery = { isDelivered: true } | { isDelivered: false; why: string; isFinal?: true };

/** What becomes of the notice, and what is recorded. */
export interface NoticeOutcome {
  /** Told, or given up. Absent: it is told again at `dueAtMs`. */
  isSettled: boolean;
  dueAtMs: number;
  event?: EventNote;
}

const firstPauseMs = 5_000;
const longestPauseMs = 3_600_000;
/** Whoever could not be told for so long is not told any more. */
const giveUpAfterMs = 24 * 3_600_000;

/**
 * After an attempt to tell a client: pauses double from five seconds to an hour, each shortened by up to half, for a day.
 * The first failure and the end are recorded; what is between stands in the log.
 * @param jitter from 0 to 1
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse Back-Channel Logout 1.0 section 2.8}
 */
export function judgeDelivery(
  notice: LogoutNotice,
  session: Session,
  delivery: Delivery,
  { nowMs, jitter }: { nowMs: number; jitter: number },
): NoticeOutcome {
  if (delivery.isDelivered)
    return { isSettled: true, dueAtMs: nowMs, event: note('logout_delivered', notice, session) };
  const longestMs = Math.min(firstPauseMs * 2 ** Math.min(notice.attempts - 1, 30), longestPauseMs);
  const dueAtMs = nowMs + Math.round(longestMs * (1 - jitter / 2));
  const isSettled = delivery.isFinal === true || dueAtMs >= notice.endedAtMs + giveUpAfterMs;
  if (isSettled) return { isSettled, dueAtMs, event: note('logout_undelivered', notice, session, delivery.why) };
  if (notice.attempts > 1) return { isSettled, dueAtMs };
  return { isSettled, dueAtMs, event: note('logout_delayed', notice, session, delivery.why) };
}

/** All of the user's sessions are over, not this one alone. */
export function isEndOfAll(cause: Cause | undefined): boolean {
  return cause === 'signed_out_everywhere' || cause === 'user_disabled';
}

function note(
  kind: 'logout_delivered' | 'logout_delayed' | 'logout_undelivered',
  { clientId, sessionId }: LogoutNotice,
  { userId, deviceId, endCause: cause }: Session,
  reason?: string,
): EventNote {
  return {
    kind,
    userId,
    clientId,
    deviceId,
    sessionId,
    ...(cause && { cause }),
    ...(reason !== undefined && { reason }),
  };
}
