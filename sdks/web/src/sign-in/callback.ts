import { tokenSetOf } from '@ostiary/session';
import type { TokenAnswer } from '@ostiary/session';
import type { House } from '../house.ts';
import { checkIdToken } from '../provider/id-token.ts';
import type { WebSession } from '../session/web-session.ts';
import { WebError } from '../web-error.ts';
import type { Transaction } from './transaction.ts';

/** A code that was asked for and is used up: its answer was lost, or another request took it. The provider still knows the user. */
export class CodeIsGone extends Error {
  override readonly name = 'CodeIsGone';
}

/** Takes an authorization response: the session that it is good for, not kept yet. [OpenID Connect Core 1.0, sections 3.1.3 and 3.3.3](https://openid.net/specs/openid-connect-core-1_0.html#HybridTokenValidation) */
export async function takeAnswer(
  house: House,
  answer: URLSearchParams,
  transaction: Transaction,
  tokenEndpointParams: Record<string, string> = {},
): Promise<WebSession> {
  await checkIssuer(house, answer.get('iss'));
  const error = answer.get('error');
  if (error !== null) throw refusal(error, answer.get('error_description'));
  const { responseType, nonce, maxAgeSeconds } = transaction;
  const code = answer.get('code');
  const early = answer.get('id_token');
  const isCodeDue = responseType.includes('code');
  if (isCodeDue && code === null) throw new WebError('bad_request', 'the answer lacks a code');
  if (responseType.includes('id_token') && early === null)
    throw new WebError('bad_request', 'the answer lacks an ID token');
  const expected = { nonce, maxAgeSeconds };
  const earlyClaims =
    early === null
      ? undefined
      : await checkIdToken(house.settings, house.provider, early, {
          ...expected,
          ...(code !== null && { code: { value: code, must: true } }),
        });
  if (!isCodeDue || code === null) return sessionOf(house, { access_token: '', token_type: '', id_token: early ?? '' });
  const { tokens, sentAtMs } = await redeem(house, code, transaction, tokenEndpointParams);
  if (tokens.id_token === undefined) throw new WebError('bad_answer', 'the provider sent no ID token');
  await checkIdToken(house.settings, house.provider, tokens.id_token, {
    ...expected,
    code: { value: code, must: false },
    accessToken: tokens.access_token,
    sub: earlyClaims?.sub,
  });
  return sessionOf(house, tokens, sentAtMs);
}

/** An answer of another provider is refused ([RFC 9207, section 2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)). */
async function checkIssuer({ provider }: House, iss: string | null): Promise<void> {
  const { issuer, authorization_response_iss_parameter_supported: isPromised = false } = await provider.metadata();
  if (iss === issuer || (iss === null && !isPromised)) return;
  throw new WebError(
    'bad_answer',
    iss === null ? 'the answer does not say who sent it (iss)' : `the answer is from another issuer: ${iss}`,
  );
}

const triesAtOnce = 3;

async function redeem(
  { settings, tokenEndpoint }: House,
  code: string,
  { redirectUri, verifier, attempt }: Transaction,
  tokenEndpointParams: Record<string, string>,
): Promise<{ tokens: TokenAnswer; sentAtMs: number }> {
  const form = {
    ...settings.options.tokenEndpointParams,
    ...tokenEndpointParams,
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    attempt,
  };
  for (let tries = 1; ; tries += 1) {
    const { verdict, sentAtMs } = await tokenEndpoint.request(form);
    if (verdict.kind === 'tokens') return { tokens: verdict.answer, sentAtMs };
    if (verdict.kind === 'ended') throw new CodeIsGone(verdict.error.description ?? verdict.error.code);
    if (verdict.kind !== 'tryLater') {
      settings.tell({ kind: 'misconfigured', message: `token endpoint: ${verdict.error.code}` });
      throw new WebError('misconfigured', verdict.error.description ?? verdict.error.code, {
        error: verdict.error.code,
      });
    }
    if (tries === triesAtOnce)
      throw new WebError('try_later', 'the provider does not answer now', {
        retryAfterSeconds: verdict.retryAfterSeconds ?? 1,
      });
    await settings.environment.wait(250 * tries);
  }
}

function sessionOf({ settings }: House, answer: TokenAnswer, sentAtMs = settings.environment.now()): WebSession {
  const nowMs = settings.environment.now();
  // An id of its own at every sign-in: nobody can have put it there before (session fixation).
  const id = settings.environment.random(32);
  const tokens = tokenSetOf(answer, undefined, sentAtMs);
  return { record: { id, generation: 0, tokens, offsetMs: 0 }, createdAtMs: nowMs, usedAtMs: nowMs, data: {} };
}

function refusal(error: string, description: string | null): WebError {
  const words = description ?? error;
  if (error.endsWith('_required')) return new WebError('interaction_required', words, { error });
  const isLater = error === 'temporarily_unavailable' || error === 'server_error';
  return isLater
    ? new WebError('try_later', words, { error, retryAfterSeconds: 1 })
    : new WebError('refused', words, { error });
}
