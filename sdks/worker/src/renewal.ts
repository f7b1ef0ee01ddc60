import { causeIn, judgeReply } from '@ostiary/session';
import type { Reply, TokenSet } from '@ostiary/session';
import { base64url } from './base64url.ts';
import { visible } from './grant.ts';
import type { KeptGrant, Problem } from './grant.ts';
import { openTokens, sealTokens } from './kept-tokens.ts';
import { problemIn } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { requestTimeoutMs } from './parts.ts';
import type { Parts } from './parts.ts';
import { afterFailure, answeredTokens, ended, problemOf, withTokens } from './settlement.ts';
import { postAsClient } from './token-endpoint.ts';

/** A grant that this worker has to itself. */
export interface Leased {
  grant: KeptGrant;
  untilMs: number;
}

/** Renews once, stores what came of it and gives the lease back. Rejects only when the store does not answer. */
export async function renew(parts: Parts, leased: Leased): Promise<Outcome> {
  // The issuer's metadata could not be had, or the tokens not be opened.
  return refreshed(parts, leased).catch((fault: unknown) => failed(parts, leased.grant, problemIn(fault)));
}

async function refreshed(parts: Parts, { grant, untilMs }: Leased): Promise<Outcome> {
  const { environment, time, store, sealer } = parts;
  const tokens = openTokens(sealer, grant);
  const { token_endpoint } = await parts.provider();
  const sent: KeptGrant = { ...grant, attempt: grant.attempt ?? base64url(environment.random(24)) };
  // Whoever comes after a worker that died goes on with its attempt. A repeated one gets the same successor.
  if (!(await store.save(sent, 'hold'))) return { kind: 'overtaken' };
  // Who stood still meanwhile must not send: another may have renewed twice since.
  if (time.now() > untilMs - requestTimeoutMs) return { kind: 'overtaken' };
  const { reply, sentAtMs } = await postAsClient(parts, token_endpoint, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refreshToken ?? '',
    attempt: sent.attempt ?? '',
  });
  return settle(parts, { grant: sent, tokens, reply, sentAtMs });
}

interface Answered {
  grant: KeptGrant;
  tokens: TokenSet;
  reply: Reply;
  sentAtMs: number;
}

async function settle(parts: Parts, { grant, tokens, reply, sentAtMs }: Answered): Promise<Outcome> {
  const { environment, time, store, sealer, renewal, emit } = parts;
  const verdict = judgeReply(reply);
  switch (verdict.kind) {
    case 'tokens': {
      const fresh = answeredTokens(verdict.answer, tokens, sentAtMs);
      const moment = { nowMs: time.now(), draw: environment.draw(), renewal };
      const { grant: renewed, lost } = withTokens(grant, fresh, moment);
      if (!(await store.save(sealTokens(sealer, renewed, fresh), 'release'))) return { kind: 'overtaken' };
      emit('renewed', { grant: visible(renewed) });
      if (lost.length > 0) emit('narrowed', { grant: visible(renewed), lost });
      return { kind: 'renewed', tokens: fresh };
    }
    case 'ended': {
      // The fence reads the store again: a token that others have replaced is not the one that has ended.
      const over = ended(grant, causeIn(reply), time.now());
      if (!(await store.save(over, 'release'))) return { kind: 'overtaken' };
      if (over.state.kind === 'needs_reconnect')
        emit('needsReconnect', { grant: visible(over), cause: over.state.cause });
      return { kind: 'ended' };
    }
    default:
      return failed(
        parts,
        grant,
        problemOf(verdict),
        verdict.kind === 'tryLater' ? verdict.retryAfterSeconds : undefined,
      );
  }
}

async function failed(
  { environment, time, store, emit }: Parts,
  grant: KeptGrant,
  problem: Problem,
  retryAfterSeconds?: number,
): Promise<Outcome> {
  const moment = { nowMs: time.now(), draw: environment.draw() };
  const kept = afterFailure(grant, problem, moment, retryAfterSeconds);
  if (!(await store.save(kept, 'release'))) return { kind: 'overtaken' };
  emit('failed', { grant: visible(kept), problem });
  return { kind: 'failed', grant: kept, problem, retryAfterSeconds };
}
