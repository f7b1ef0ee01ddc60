import { recordOf, tokenSetOf } from '@ostiary/session';
import { checkIdToken, redemptionForm } from './authorization.ts';
import type { Transaction } from './authorization.ts';
import type { Redeemed } from './outcome.ts';
import type { Parts } from './parts.ts';
import { requestTokens } from './token-endpoint.ts';

/** Exchanges a code for a new session, not stored yet. A lost answer is asked for again under the same name. */
export async function redeem(parts: Parts, code: string, transaction: Transaction): Promise<Redeemed> {
  const { options, time, environment } = parts;
  const { issuer, token_endpoint } = await parts.provider();
  const { verdict, sentAtMs } = await requestTokens(
    parts,
    token_endpoint,
    redemptionForm(options.clientId, code, transaction),
  );
  if (verdict.kind !== 'tokens') return { kind: 'failed', verdict };
  const { nonce, maxAgeSeconds } = transaction;
  checkIdToken(verdict.answer.id_token, {
    issuer,
    clientId: options.clientId,
    nonce,
    nowMs: time.now(),
    maxAgeSeconds,
  });
  const tokens = tokenSetOf(verdict.answer, undefined, sentAtMs);
  const record = recordOf(environment.random(16), tokens, { offsetMs: time.offsetMs(), draw: environment.draw() });
  return { kind: 'record', record };
}
