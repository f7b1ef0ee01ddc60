import { judgeReply } from '@ostiary/session';
import { visible } from './grant.ts';
import type { KeptGrant, Problem } from './grant.ts';
import { openTokens } from './kept-tokens.ts';
import { problemIn } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Parts } from './parts.ts';
import { afterFailure, problemOf } from './settlement.ts';
import { postAsClient } from './token-endpoint.ts';

/** Revokes a leased grant that was forgotten, and removes it. Until the server has heard of it, the grant stays and is due again. */
export async function leave(parts: Parts, grant: KeptGrant): Promise<Outcome> {
  const problem = grant.sealed === '' ? undefined : await revoke(parts, grant).catch(problemIn);
  if (problem === undefined) {
    await parts.store.remove(grant);
    return { kind: 'ended' };
  }
  const kept = afterFailure(grant, problem, { nowMs: parts.time.now(), draw: parts.environment.draw() });
  if (!(await parts.store.save(kept, 'release'))) return { kind: 'overtaken' };
  parts.emit('failed', { grant: visible(kept), problem });
  return { kind: 'failed', grant: kept, problem };
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 section 2} */
async function revoke(parts: Parts, grant: KeptGrant): Promise<Problem | undefined> {
  const { revocation_endpoint } = await parts.provider();
  if (revocation_endpoint === undefined) return undefined;
  const { refreshToken = '' } = openTokens(parts.sealer, grant);
  const form = { token: refreshToken, token_type_hint: 'refresh_token' };
  const { reply } = await postAsClient(parts, revocation_endpoint, form);
  // Section 2.2: also for a token that it does not know.
  if (reply.kind === 'answer' && reply.status === 200) return undefined;
  const verdict = judgeReply(reply);
  return verdict.kind === 'ended' || verdict.kind === 'tokens' ? undefined : problemOf(verdict);
}
