import { subjectOf } from '@ostiary/session';
import type { SessionRecord } from '@ostiary/session';
import { beginAuthorization } from './authorization.ts';
import type { AskOptions } from './authorization.ts';
import type { Failed, Outcome, Redeemed } from './outcome.ts';
import type { Parts } from './parts.ts';
import { takeAnswer } from './redeem.ts';

/** Why no answer came. `timeout` is trouble of the moment; the others need the user, or another way. */
export interface NoAnswer {
  code: 'timeout' | 'frame_blocked' | 'popup_blocked' | 'popup_closed';
  description: string;
}

/** Opens an address at the provider and waits for the parameters of its answer. */
export type Opener = (request: {
  url: string;
  redirectUri: string;
  state: string;
}) => Promise<URLSearchParams | NoAnswer>;

/** Asks the provider for a session without leaving the page. */
export async function askBy(parts: Parts, open: Opener, how: AskOptions, redirectUri?: string): Promise<Redeemed> {
  const provider = await parts.provider();
  const { url, transaction } = await beginAuthorization(parts, provider, how, redirectUri);
  const { state } = transaction;
  const answer = await open({ url, redirectUri: transaction.redirectUri, state });
  return answer instanceof URLSearchParams ? takeAnswer(parts, answer, transaction) : unanswered(answer);
}

/** What it means that no answer came. Nothing of it ends a session. */
export function unanswered(error: NoAnswer): Failed {
  const isLater = error.code === 'timeout';
  return {
    kind: 'failed',
    verdict: isLater ? { kind: 'tryLater', reason: 'serverBusy' } : { kind: 'interaction', error },
  };
}

/**
 * Puts a session that was asked for silently in the place of the one that was seen. Whoever signed out or in meanwhile is not
 * overwritten. The provider's session may be another user's by now: then this one is left, and nobody is signed in unasked.
 */
export async function adopt(parts: Parts, seen: SessionRecord | undefined, asked: Redeemed): Promise<Outcome> {
  if (asked.kind === 'failed') return asked;
  const { session, tabs } = parts;
  const isSameUser = seen === undefined || subjectOf(seen) === subjectOf(asked.record);
  const fresh = { ...asked.record, ...(seen && { id: seen.id }) };
  const record = await session.update((current) => {
    if (current?.id !== seen?.id || (seen === undefined && !isNew(parts))) return current;
    return isSameUser ? fresh : undefined;
  });
  if (record === fresh) tabs.tell({ kind: 'renewed', record });
  if (record !== undefined) return { kind: 'record', record };
  if (!isSameUser) {
    session.happened({ kind: 'signedOut', where: 'elsewhere' });
    tabs.tell({ kind: 'signedOut' });
  }
  return { kind: 'again' };
}

/** Nobody signed in or out in this page yet. */
function isNew({ session }: Parts): boolean {
  const state = session.state();
  return state.kind === 'signedOut' && state.reason === 'neverSignedIn';
}
