import { decode } from './jwt.ts';
import { renewalTime } from './schedule.ts';
import { tokenSetOf } from './token-set.ts';
import type { TokenAnswer, TokenSet } from './token-set.ts';

/** What a client keeps of one session, in one piece. */
export interface SessionRecord {
  /** Drawn at sign-in. A renewal that began in another session than the stored one stores nothing. */
  id: string;
  /** How often its refresh token has been renewed: what is newer is told by this, because clocks are set and leap. */
  generation: number;
  tokens: TokenSet;
  /** Server time from which the tokens are renewed ahead of need; absent when no end is known. */
  renewAtMs?: number | undefined;
  /** Name of the renewal under way with `tokens.refreshToken`: kept before it is sent, gone with its answer. */
  attempt?: string;
  /** Server time minus the wall clock of this machine, as last learned. */
  offsetMs: number;
}

/** Names the renewal that is about to be sent. A try that follows a lost answer keeps the name, and gets the same successor. */
export function withAttempt(record: SessionRecord, attempt: string): SessionRecord {
  return record.attempt === undefined ? { ...record, attempt } : record;
}

/**
 * What is to stand after a renewal was answered, given what stands now. The answer is stored only if the token that was
 * sent is still the stored one: whoever signed out, signed in anew or renewed meanwhile is not overwritten.
 *
 * @param sent the record whose refresh token was sent
 */
export function settled(
  current: SessionRecord | undefined,
  sent: SessionRecord,
  received: { answer: TokenAnswer; sentAtMs: number; offsetMs: number; draw: number },
): SessionRecord | undefined {
  if (current === undefined || !isSameToken(current, sent)) return current;
  const tokens = tokenSetOf(received.answer, current.tokens, received.sentAtMs);
  return { ...recordOf(current.id, tokens, received), generation: current.generation + 1 };
}

/** What is to stand after the server said that the grant has ended: a token that others have replaced is not the one meant. */
export function afterEnd(current: SessionRecord | undefined, sent: SessionRecord): SessionRecord | undefined {
  return current !== undefined && !isSameToken(current, sent) ? current : undefined;
}

/** Whose session it is, as its ID token says. */
export function subjectOf({ tokens }: SessionRecord): string | undefined {
  return decode(tokens.idToken ?? '')?.sub;
}

/** A record of tokens that were just received. */
export function recordOf(
  id: string,
  tokens: TokenSet,
  { offsetMs, draw }: { offsetMs: number; draw: number },
): SessionRecord {
  return { id, generation: 0, tokens, offsetMs, renewAtMs: renewalTime(tokens, draw) };
}

function isSameToken(one: SessionRecord, other: SessionRecord): boolean {
  return one.id === other.id && one.tokens.refreshToken === other.tokens.refreshToken;
}
