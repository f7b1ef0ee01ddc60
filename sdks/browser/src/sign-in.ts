import { pauseMs, subjectOf } from '@ostiary/session';
import { beginAuthorization } from './authorization.ts';
import type { AskOptions, Transaction } from './authorization.ts';
import type { Parts } from './parts.ts';
import type { Messenger } from './messenger.ts';
import { takeAnswer } from './redeem.ts';
import type { Failed, Redeemed } from './outcome.ts';
import { faultOf, SessionError } from './session-error.ts';
import { attempt, passing } from './tabs.ts';

const triesAtOnce = 3;

/** What a completed sign-in hands back. */
export interface SignedIn {
  returnTo: string;
}

/** Leaves for the provider. What must be known on the way back is kept for this tab alone. */
export async function leaveForSignIn(parts: Parts, options: AskOptions, isAgain = false): Promise<void> {
  const { environment, name } = parts;
  const { url, transaction } = await beginAuthorization(parts, await parts.provider(), options);
  const place = environment.storage('session');
  if (place === undefined) throw new SessionError('misconfigured', 'no session storage');
  place.setItem(keyOf(name, transaction.state), JSON.stringify({ ...transaction, options, isAgain } satisfies Kept));
  environment.location.assign(url);
}

/** What a tab keeps of a sign-in until it is answered. */
interface Kept extends Transaction {
  options: AskOptions;
  /** Begun by itself, because the answer to the code of the one before was lost. */
  isAgain: boolean;
  isDone?: boolean;
}

/** The last callback taken in each page, so that a component that is mounted twice gets one answer twice. */
const latestOf = new WeakMap<Storage, { name: string; taken: string; left: string; result: Promise<SignedIn> }>();

/**
 * Takes the provider's answer from the address, if there is one: `undefined` on every other page. Called again with the same
 * answer, or with the address that it leaves behind, it gives the first result again.
 */
export async function takeCallback(parts: Parts, href: string): Promise<SignedIn | undefined> {
  const { name, environment } = parts;
  const page = environment.storage('session');
  const latest = page && latestOf.get(page);
  if (latest?.name === name && [latest.taken, latest.left].includes(href)) return latest.result;
  const parameters = new URL(href).searchParams;
  const state = parameters.get('state');
  if (state === null || (!parameters.has('code') && !parameters.has('error'))) return undefined;
  const left = cleaned(href);
  // The code leaves the address bar and the history before anything else happens.
  if (environment.location.href() === href) environment.location.replace(left);
  const result = take(parts, parameters, keyOf(name, state));
  if (page) latestOf.set(page, { name, taken: href, left, result });
  return result;
}

async function take(parts: Parts, parameters: URLSearchParams, key: string): Promise<SignedIn> {
  const place = parts.environment.storage('session');
  const kept = JSON.parse(place?.getItem(key) ?? 'null') as Kept | null;
  if (kept === null) throw new SessionError('bad_response', 'unknown state');
  const done = { returnTo: kept.returnTo };
  if (kept.isDone) return done;
  const { redeemed, tries } = await takenPatiently(parts, parameters, kept);
  const verdict = redeemed.kind === 'failed' ? redeemed.verdict : undefined;
  if (verdict?.kind === 'ended' && tries > 1 && !kept.isAgain) {
    // The code was taken and nobody heard the answer. The provider still knows the user: once more, without a word.
    await leaveForSignIn(parts, { ...kept.options, returnTo: kept.returnTo }, true);
    return new Promise(() => {});
  }
  attempt(() => {
    if (verdict?.kind === 'tryLater') return;
    place?.setItem(key, JSON.stringify({ ...kept, verifier: '', isDone: verdict === undefined }));
    if (verdict !== undefined && 'error' in verdict)
      place?.setItem(refusalKey(parts.name), `${verdict.error.code} ${parts.time.now()}`);
  });
  await begin(parts, redeemed, done);
  return done;
}

/** Tries a few times where the answer does not come: a code is used up by the first request that arrives. */
async function takenPatiently(
  parts: Parts,
  parameters: URLSearchParams,
  kept: Kept,
): Promise<{ redeemed: Redeemed; tries: number }> {
  for (let tries = 1; ; tries += 1) {
    const redeemed = await takeAnswer(parts, parameters, kept);
    const isLate = redeemed.kind === 'failed' && redeemed.verdict.kind === 'tryLater';
    if (!isLate || tries === triesAtOnce) return { redeemed, tries };
    await passing(parts.environment, pauseMs(tries, parts.environment.draw()));
  }
}

/** Signs in by a messenger, while the page stays. */
export async function signInBy(parts: Parts, by: Messenger, how: AskOptions): Promise<void> {
  await begin(parts, await by.ask(parts, how));
}

/** A new session takes the place of whatever there was, in all tabs. */
async function begin(
  { session, tabs, environment, name }: Parts,
  redeemed: Redeemed,
  cameFrom?: SignedIn,
): Promise<void> {
  if (redeemed.kind === 'failed') throw Object.assign(refusalOf(redeemed.verdict), cameFrom);
  const { record } = redeemed;
  await session.update(() => record);
  environment.storage('session')?.removeItem(refusalKey(name));
  session.happened({ kind: 'signedIn' });
  tabs.tell({ kind: 'signedIn', id: record.id, sub: subjectOf(record) });
}

function refusalOf(verdict: Failed['verdict']): SessionError {
  if (verdict.kind === 'tryLater') return faultOf('try_later', undefined);
  return faultOf(verdict.kind === 'interaction' ? 'interaction_required' : 'bad_response', verdict.error);
}

function cleaned(href: string): string {
  const url = new URL(href);
  for (const name of ['code', 'state', 'iss', 'session_state', 'error', 'error_description'])
    url.searchParams.delete(name);
  return url.href;
}

/** Where this tab keeps what the provider last refused to it, until somebody signs in: error code and server time. */
export function refusalKey(name: string): string {
  return `${name}.refused`;
}

function keyOf(name: string, state: string): string {
  return `${name}.${state}`;
}
