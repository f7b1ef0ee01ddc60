import { answerOf, type ChallengeSettings, type RefusedAnswer } from './answer.ts';
import { readCredentials, type RequestFacts } from './credentials.ts';
import { deepFreeze } from './deep-freeze.ts';
import { judgeBinding } from './dpop/binding.ts';
import type { FeedState } from './feed/feed.ts';
import type { Introspector } from './introspection.ts';
import type { KeysState } from './issuer/keys.ts';
import { judgeToken, type AccessTokenClaims } from './jwt/claims.ts';
import { isJwtShaped, parseJwt } from './jwt/parse.ts';
import { isSignedBy } from './jwt/signature.ts';
import { openParts, type KnownToken, type Parts } from './parts.ts';
import type { ResourceMetadata } from './protected-resource.ts';
import type { Refusal } from './refusal.ts';
import { tokenKey } from './remembered.ts';
import { judgeRevocation } from './revocation.ts';
import type { ApiSettings } from './settings.ts';

/** Who is behind a request. Claims are frozen: requests with the same token share them. */
export interface Auth {
  readonly claims: AccessTokenClaims;
  /** The same object, under the name that other libraries give it. */
  readonly payload: AccessTokenClaims;
  /** Of the JWT; empty for an opaque token. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly token: string;
}

/** The verdict on a request. */
export type Verification =
  /** `headers` belong into the answer: the nonce for the next proof, where there are nonces. */
  { ok: true; auth: Auth; headers: Record<string, string> } | { ok: false; refusal: Refusal; answer: RefusedAnswer };

/** Checks the access tokens of one API. */
export interface AccessTokenVerifier {
  /** Never throws for what a request may hold; the answer to a refused one is in the result. */
  verify(request: Request | RequestFacts): Promise<Verification>;
  /** When keys and, where the feed is followed, everything that was revoked are there: for probes of readiness. */
  ready(): Promise<void>;
  /** How things stand, for operators: numbers, no tokens. */
  state(): VerifierState;
  /** What this API says of itself, where the settings hold a `resource`. */
  readonly resourceMetadata: ResourceMetadata | undefined;
  /** How this API speaks in its challenges. */
  readonly challenge: ChallengeSettings;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Ends what runs in the background. */
  close(): void;
}

export interface VerifierState {
  keys: KeysState;
  rememberedTokens: number;
  /** Proofs that are remembered, and how many were forgotten before their time because there were too many. */
  proofs: { count: number; forgottenEarly: number } | undefined;
  introspection: { cached: number; trouble: string | undefined } | undefined;
  revocations: FeedState | undefined;
}

/**
 * Opens what checks access tokens: keys of the issuer in the background, verified tokens in memory.
 * Throws a TypeError for settings that make no sense.
 */
export function createAccessTokenVerifier(settings: ApiSettings): AccessTokenVerifier {
  const parts = openParts(settings);
  return {
    // Not every framework's requests are of this realm's class.
    verify: (request) => verify(parts, 'headers' in request ? factsOf(request) : request),
    ready: async () => parts.revocations?.feed.loaded(),
    state: () => stateOf(parts),
    resourceMetadata: parts.resource?.metadata,
    challenge: parts.challenge,
    now: parts.environment.now,
    close: () => {
      parts.keys.close();
      parts.revocations?.feed.close();
    },
  };
}

function stateOf({ keys, remembered, binding, introspector, revocations }: Parts): VerifierState {
  return {
    keys: keys.state(),
    rememberedTokens: remembered.size,
    proofs: binding.proofs?.replays.state(),
    introspection: (introspector ?? revocations?.whenStale)?.state(),
    revocations: revocations?.feed.state(),
  };
}

function factsOf({ headers, method, url }: Request): RequestFacts {
  return {
    authorization: headers.get('authorization') ?? undefined,
    dpop: headers.get('dpop') ?? undefined,
    method,
    url,
  };
}

async function verify(parts: Parts, facts: RequestFacts): Promise<Verification> {
  const result = await judge(parts, facts);
  const nonce = parts.binding.proofs?.nonces?.current(parts.environment.now());
  const headers: Record<string, string> = nonce === undefined ? {} : { 'DPoP-Nonce': nonce };
  if (result.ok) return { ok: true, auth: result.auth, headers };
  const answer = answerOf(result.refusal, parts.challenge, /^dpop /i.test(facts.authorization ?? ''));
  return { ok: false, refusal: result.refusal, answer: { ...answer, headers: { ...answer.headers, ...headers } } };
}

type Judged = { ok: true; auth: Auth } | { ok: false; refusal: Refusal };

/** The phases of every check: find the token, know what it says, whether that still holds, and whether this sender may use it. */
async function judge(parts: Parts, facts: RequestFacts): Promise<Judged> {
  const credentials = readCredentials(facts, parts.policy);
  if (!credentials.ok) return credentials;
  const { token } = credentials.value;
  if (token.length > parts.policy.maxTokenLength) return refused({ reason: 'token_too_long' });
  const known = recall(parts, token) ?? (await readToken(parts, token));
  if (!known.ok) return known;
  const { header, claims } = known.value;
  const ended = parts.revocations && known.value.isJwt ? judgeRevocation(token, claims, parts.revocations) : undefined;
  const revocation = ended instanceof Promise ? await ended : ended;
  if (revocation !== undefined) return refused(revocation);
  const binding = judgeBinding(credentials.value, claims, asTheClientSawIt(facts, parts.baseURL), parts.binding);
  const refusal = binding instanceof Promise ? await binding : binding;
  return refusal === undefined ? { ok: true, auth: { claims, payload: claims, header, token } } : refused(refusal);
}

/** What a token says, and who says so: a signature, or the issuer when asked. */
interface TokenContent {
  header: Readonly<Record<string, unknown>>;
  claims: AccessTokenClaims;
  isJwt: boolean;
}

type Known = { ok: true; value: TokenContent } | { ok: false; refusal: Refusal };

/** A token seen before. What may have changed since then is looked at again. */
function recall({ remembered, keys, policy, environment }: Parts, token: string): Known | undefined {
  const id = tokenKey(token);
  const known = remembered.get(id);
  if (known === undefined) return undefined;
  if (!keys.isCurrent(known.key)) {
    remembered.delete(id);
    return undefined;
  }
  const refusal = judgeToken(known, known.issuer, policy, environment.now());
  return refusal === undefined ? { ok: true, value: known } : refused(refusal);
}

/** A token not seen before: the cheap checks come first, so that nonsense costs neither a signature nor a request. */
async function readToken(parts: Parts, token: string): Promise<Known> {
  const { introspector, metadata, keys, policy, environment, remembered } = parts;
  if (introspector !== undefined && !isJwtShaped(token)) return readOpaqueToken(introspector, token);
  const jwt = parseJwt(token);
  if (jwt === undefined) return refused({ reason: 'token_malformed' });
  const about = await metadata();
  if (!about.ok) return refused({ reason: 'keys_unavailable', retryAfterSeconds: 1 });
  const { issuer } = about.value;
  const refusal = judgeToken(jwt, issuer, policy, environment.now());
  if (refusal !== undefined) return refused(refusal);
  const found = await keys.find(jwt.header['kid'], jwt.header['alg']);
  if (!found.ok) return found;
  if (!(await isSignedBy(token, found.key))) return refused({ reason: 'signature_wrong' });
  // `judgeToken` looked at every claim that the type names.
  const claims = deepFreeze(jwt.claims as AccessTokenClaims);
  const known: KnownToken = { header: deepFreeze(jwt.header), claims, isJwt: true, key: found.key, issuer };
  remembered.set(tokenKey(token), known);
  return { ok: true, value: known };
}

async function readOpaqueToken(introspector: Introspector, token: string): Promise<Known> {
  const answer = await introspector.introspect(token);
  return answer.ok ? { ok: true, value: { header: {}, claims: answer.claims, isJwt: false } } : answer;
}

/** The address that the client asked for, where a proxy changes what arrives. */
function asTheClientSawIt(facts: RequestFacts, baseURL: string | undefined): RequestFacts {
  if (baseURL === undefined) return facts;
  const path = facts.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  return { ...facts, url: baseURL + path };
}

function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}
