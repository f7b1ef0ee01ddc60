import { isDue, isExpired } from '@ostiary/session';
import type { TokenSet } from '@ostiary/session';
import { passing } from './environment.ts';
import { GrantError, TokenRefused } from './grant-error.ts';
import type { KeptGrant } from './grant.ts';
import { checkActive, openTokens, unknownGrant } from './kept-tokens.ts';
import { newLease } from './parts.ts';
import type { Parts } from './parts.ts';
import { renew } from './renewal.ts';
import { isOfTheMoment } from './settlement.ts';

/** What a caller wants of an access token. */
export interface Wish {
  /** It must not end sooner than in so many seconds. */
  forSeconds: number;
  /** The access token that an API refused. */
  stale?: string | undefined;
}

/** Does work with an access token, and once more with a new one when an API refused the first (`TokenRefused`). */
export async function withFreshToken<Result>(
  parts: Parts,
  id: string,
  wish: Pick<Wish, 'forSeconds'>,
  work: (accessToken: string) => Promise<Result>,
): Promise<Result> {
  const { accessToken } = await freshTokens(parts, id, wish);
  try {
    return await work(accessToken);
  } catch (fault) {
    if (!(fault instanceof TokenRefused)) throw fault;
  }
  const renewed = await freshTokens(parts, id, { ...wish, stale: accessToken });
  return work(renewed.accessToken);
}

const lookAgainMs = 200;
/** Nobody waits longer for what another worker has in hand. */
const patienceMs = 20_000;

/**
 * An access token as it is wished for, renewed first where it must be. While the server does not answer, one that is not over
 * serves on. Throws `GrantError`.
 */
async function freshTokens(parts: Parts, id: string, wish: Wish): Promise<TokenSet> {
  const untilMs = parts.time.now() + patienceMs;
  for (;;) {
    const grant = await parts.store.read(id);
    if (grant?.clientId !== parts.clientId) throw unknownGrant(id);
    checkActive(grant);
    const tokens = openTokens(parts.sealer, grant);
    const nowMs = parts.time.now();
    if (isAsWished(tokens, wish, nowMs)) return tokens;
    const isLate = nowMs >= untilMs;
    if (isLate || isResting(grant, nowMs)) return makeDo(tokens, grant, wish, nowMs);
    const renewed = await renewIfFree(parts, grant, tokens);
    if (renewed === 'leased') await passing(parts.environment, lookAgainMs);
    else if (renewed !== 'again') return renewed;
  }
}

function isAsWished(tokens: TokenSet, { stale, forSeconds }: Wish, nowMs: number): boolean {
  return tokens.accessToken !== stale && !isDue(tokens, nowMs) && !isExpired(tokens, nowMs, forSeconds);
}

/** After a failure nobody asks again before it is time, whoever calls. */
function isResting({ failures, dueAtMs = Infinity }: KeptGrant, nowMs: number): boolean {
  return failures > 0 && nowMs < dueAtMs;
}

/** What is there while nothing better is to be had. */
function makeDo(tokens: TokenSet, { id, problem, dueAtMs }: KeptGrant, { stale }: Wish, nowMs: number): TokenSet {
  if (tokens.accessToken !== stale && !isExpired(tokens, nowMs)) return tokens;
  const isLasting = problem !== undefined && !isOfTheMoment(problem);
  const words = problem === undefined ? 'another worker has it in hand' : (problem.detail ?? problem.kind);
  throw new GrantError(isLasting ? 'misconfigured' : 'try_later', `the grant ${id} could not be renewed: ${words}`, {
    retryAtMs: dueAtMs,
  });
}

/** Renews what nobody else renews. `again`: the store knows more than this caller. */
async function renewIfFree(parts: Parts, seen: KeptGrant, tokens: TokenSet): Promise<TokenSet | 'leased' | 'again'> {
  // Leases go by the issuer's clock, which its metadata tell.
  await parts.provider().catch(() => undefined);
  const lease = newLease(parts);
  const [grant] = await parts.store.claim({ id: seen.id }, lease);
  if (grant === undefined) return 'leased';
  // Somebody was first between the look and the lease.
  if (grant.fence > seen.fence + 1 || grant.state.kind !== 'active') {
    await parts.store.save(grant, 'release');
    return 'again';
  }
  const outcome = await renew(parts, { grant, untilMs: lease.untilMs });
  // Also when it lives for less than is wished: it is the best there is.
  return outcome.kind === 'renewed' && outcome.tokens.accessToken !== tokens.accessToken ? outcome.tokens : 'again';
}
