import { redirectTo } from '../answers.ts';
import type { House } from '../house.ts';
import type { CallbackOptions, CallbackSession } from '../options.ts';
import { boundedText } from '../provider/read-json.ts';
import { claimsOf } from '../session/web-session.ts';
import type { WebSession } from '../session/web-session.ts';
import type { Visit } from '../visit.ts';
import { WebError } from '../web-error.ts';
import { CodeIsGone, takeAnswer } from './callback.ts';
import { againMark } from './login.ts';
import { noSilentLogin } from './silent.ts';
import { startLogin } from './start-login.ts';
import { closeTransaction, findTransaction } from './transaction.ts';
import type { Transaction } from './transaction.ts';

/** Takes the provider's answer that the browser brings, by GET or by POST, and goes where the user wanted. */
export async function answerCallback(visit: Visit, options: CallbackOptions = {}): Promise<Response> {
  const { house, cookies, request } = visit;
  const { settings } = house;
  const answer = await readAnswer(request);
  const state = answer.get('state');
  if (state === null)
    throw new WebError('bad_request', 'the answer has no state: this address is for answers of the provider');
  const transaction = await findTransaction(settings, state, cookies);
  if (transaction === undefined) return unknownAnswer(visit, state);
  // Back in the history, or sent twice: nothing is taken a second time.
  if (transaction.isDone) return redirectTo(transaction.login.returnTo);
  const closed = await closeTransaction(settings, transaction);
  try {
    await keep(visit, await taken(house, answer, transaction, options), transaction);
  } catch (fault) {
    // What is trouble of the moment may be tried again with a reload.
    if (!(fault instanceof WebError && fault.code === 'try_later')) visit.addCookie(closed);
    return giveUp(visit, fault, transaction);
  }
  visit.addCookie(closed);
  return redirectTo(transaction.login.returnTo);
}

async function readAnswer(request: Request): Promise<URLSearchParams> {
  if (request.method !== 'POST') return new URL(request.url).searchParams;
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    throw new WebError('bad_request', 'an answer by form_post is application/x-www-form-urlencoded');
  const text = await boundedText(request);
  if (text === undefined) throw new WebError('bad_request', 'the answer is too long');
  return new URLSearchParams(text);
}

/** The browser does not know this sign-in: its cookie is over, or blocked, or it began elsewhere. It begins anew, once. */
function unknownAnswer(visit: Visit, state: string): Promise<Response> | Response {
  const { baseURL } = visit.house.settings;
  if (visit.session.seen() !== undefined) return redirectTo(baseURL);
  if (state.startsWith(againMark))
    throw new WebError(
      'bad_request',
      'the sign-in that this answers is not known here: does the browser keep cookies of this app?',
    );
  return startLogin(visit, {}, { returnTo: baseURL });
}

/** A browser may send the same answer twice at once; both get the session that it is good for. */
function taken(
  house: House,
  answer: URLSearchParams,
  transaction: Transaction,
  options: CallbackOptions,
): Promise<WebSession> {
  const { state } = transaction;
  const { redeeming } = house;
  const taking =
    redeeming.get(state) ??
    takeAnswer(house, answer, transaction, options.tokenEndpointParams).finally(() => redeeming.delete(state));
  redeeming.set(state, taking);
  return taking;
}

async function keep(visit: Visit, taken: WebSession, { login, replaces }: Transaction): Promise<void> {
  const { house, session, native } = visit;
  const { afterCallback } = house.settings.options;
  const fresh = afterCallback
    ? withData(taken, await afterCallback(native.request, native.response, callbackSession(taken), login))
    : taken;
  await session.begin(fresh);
  if (replaces !== undefined) await house.stored.remove(replaces);
  for (const line of noSilentLogin(house.settings, false)) visit.addCookie(line);
  house.settings.tell({ kind: 'signedIn', sub: claimsOf(fresh).sub ?? '' });
}

function callbackSession({ record: { tokens } }: WebSession): CallbackSession {
  const { accessToken, tokenType, idToken = '', refreshToken, scope, expiresAtMs } = tokens;
  return {
    id_token: idToken,
    ...(accessToken !== '' && { access_token: accessToken, token_type: tokenType }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(scope !== undefined && { scope }),
    ...(expiresAtMs !== undefined && { expires_at: Math.floor(expiresAtMs / 1000) }),
  };
}

/** What the app left of the session, and what it added. A refresh token that it took out is its own from now on. */
function withData(taken: WebSession, left: CallbackSession): WebSession {
  const { id_token, access_token = '', refresh_token, token_type, expires_at, scope, ...data } = left;
  const { tokens } = taken.record;
  const kept = {
    ...tokens,
    idToken: id_token,
    accessToken: access_token,
    tokenType: token_type ?? tokens.tokenType,
    refreshToken: refresh_token,
    scope,
    expiresAtMs: expires_at === undefined ? undefined : (tokens.expiresAtMs ?? expires_at * 1000),
  };
  return { ...taken, record: { ...taken.record, tokens: kept }, data };
}

function giveUp(visit: Visit, fault: unknown, transaction: Transaction): Promise<Response> | Response {
  if (fault instanceof CodeIsGone) {
    if (!transaction.state.startsWith(againMark)) return startLogin(visit, {}, transaction.login);
    throw new WebError('refused', fault.message, { error: 'invalid_grant' });
  }
  // Who is not known to the provider, or not now, goes on as nobody: they were not asked for anything.
  const isNobody = fault instanceof WebError && ['interaction_required', 'try_later'].includes(fault.code);
  if (!isNobody || !transaction.isSilent) throw fault;
  for (const line of noSilentLogin(visit.house.settings, true)) visit.addCookie(line);
  return redirectTo(transaction.login.returnTo);
}
