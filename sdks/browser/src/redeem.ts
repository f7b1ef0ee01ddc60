import { errorOf, judgeError, recordOf, tokenSetOf } from '@ostiary/session';
import { checkIdToken, checkIssuer, redemptionForm } from './authorization.ts';
import type { Transaction } from './authorization.ts';
import type { Redeemed } from './outcome.ts';
import type { Parts } from './parts.ts';
import { requestTokens } from './token-endpoint.ts';

/** Takes an authorization response: what the provider refused, or the session that its code is good for, not stored yet. */
export async function takeAnswer(parts: Parts, answer: URLSearchParams, transaction: Transaction): Promise<Redeemed> {
  const provider = await parts.provider();
  checkIssuer(provider, answer);
  const code = answer.get('code');
  if (code !== null) return redeem(parts, code, transaction);
  const error = errorOf(answer.get('error') ?? 'server_error', answer.get('error_description'));
  return { kind: 'failed', verdict: judgeError(error) };
}

async function redeem(parts: Parts, code: string, transaction: Transaction): Promise<Redeemed> {
  const { options, time, environment } = parts;
  const { issuer, token_endpoint } = await parts.provider();
  const { verdict, sentAtMs } = await requestTokens(
    parts,
    token_endpoint,
    redemptionForm(options.clientId, code, transaction),
  );
  if (verdict.kind !== 'tokens') return { kind: 'failed', verdict };
  const { nonce, maxAgeSeconds } = transaction;
  const claims = checkIdToken(verdict.answer.id_token, {
    issuer,
    clientId: options.clientId,
    nonce,
    nowMs: time.now(),
    maxAgeSeconds,
  });
  const tokens = tokenSetOf(verdict.answer, undefined, sentAtMs);
  // Without a refresh token the session is the one at the provider: all tabs call it the same, and renew it once.
  const id = (tokens.refreshToken === undefined && claims?.sid) || environment.random(16);
  const record = recordOf(id, tokens, { offsetMs: time.offsetMs(), draw: environment.draw() });
  return { kind: 'record', record };
}
