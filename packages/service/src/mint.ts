import { hash } from 'node:crypto';
import type { IdTokenGrant, StatelessRefresh, TokenGrant } from '@ostiary/protocol';
import {
  backchannelLogoutEvent,
  openIdScopes,
  type revocationBatchType,
  type AccessTokenClaims,
  type ClientId,
  type IdTokenClaims,
  type LogoutTokenClaims,
  type OpenIdScope,
  type SessionId,
  type SigningAlg,
  type TokenAnswer,
  type UserId,
} from '@ostiary/wire';
import type { Service } from './service.ts';
import { signInput, type SigningKey } from './keys/signing.ts';
import { makeRefreshToken } from './refresh-token.ts';
import { makeStatelessToken } from './stateless-token.ts';

/** Lifetime of an ID token: it proves a sign-in to a client, which then keeps a session of its own. */
export const idTokenSeconds = 3600;

/**
 * Mints and signs what a grant names.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}
 */
export async function mintTokens(
  service: Service,
  grant: TokenGrant,
  tokenId: string,
  nowMs: number,
): Promise<TokenAnswer> {
  const { access } = grant;
  const accessToken = await signJwt(
    service.keyring.signingKey(access.alg),
    'at+jwt',
    accessClaims(service, grant, tokenId, nowMs),
  );
  const answer: TokenAnswer = {
    access_token: accessToken,
    token_type: grant.proofKey === undefined ? 'Bearer' : 'DPoP',
    expires_in: access.lifetimeSeconds,
    scope: access.scopes.join(' '),
  };
  if (grant.idToken !== undefined)
    answer.id_token = await mintIdToken(service, { ...grant, idToken: grant.idToken }, { accessToken }, nowMs);
  if (grant.stateless !== undefined) return withStateless(service, answer, grant.stateless, nowMs);
  if (grant.refresh === undefined) return answer;
  const { family, generation, keyId, expiry } = grant.refresh;
  const key = service.keyring.refreshKey(keyId);
  if (key === undefined) throw new Error(`refresh key ${keyId} is missing`);
  const { salt, id: familyId } = family;
  answer.refresh_token = makeRefreshToken(
    { keyId, familyId, generation },
    { key, salt, restoreEpoch: service.keyring.restoreEpoch() },
  );
  return { ...answer, ...expiryFields(expiry.timeoutSeconds, expiry.authorizationSeconds) };
}

/** A refresh token that is its own record; of one that goes on only the end is told. */
function withStateless(
  service: Service,
  answer: TokenAnswer,
  { token, endsAtMs, isNew }: StatelessRefresh,
  nowMs: number,
): TokenAnswer {
  const expiry = expiryFields(undefined, Math.max(0, Math.floor((endsAtMs - nowMs) / 1000)));
  return { ...answer, ...(isNew && { refresh_token: makeStatelessToken(service, token) }), ...expiry };
}

/** Fields of draft-ietf-oauth-refresh-token-expiration; "never" is left out. */
function expiryFields(
  timeoutSeconds: number | undefined,
  authorizationSeconds: number | undefined,
): Partial<TokenAnswer> {
  const earlier = Math.min(timeoutSeconds ?? Infinity, authorizationSeconds ?? Infinity);
  return {
    ...(Number.isFinite(earlier) && { refresh_token_expires_in: earlier }),
    ...(timeoutSeconds !== undefined && { refresh_token_timeout: timeoutSeconds }),
    ...(authorizationSeconds !== undefined && { authorization_expires_in: authorizationSeconds }),
  };
}

/** RFC 9068 section 2.2. */
function accessClaims(
  service: Service,
  { access, clientId, subject, handles, proofKey, customClaims }: TokenGrant,
  jti: string,
  nowMs: number,
): AccessTokenClaims {
  const { issuer } = service.settings;
  const iat = Math.floor(nowMs / 1000);
  const [only, ...more] = access.audience;
  return {
    ...customClaims,
    iss: issuer,
    sub: subject,
    aud: only === undefined ? issuer : more.length === 0 ? only : access.audience,
    client_id: clientId,
    scope: access.scopes.join(' '),
    iat,
    exp: iat + access.lifetimeSeconds,
    jti,
    ...(handles && {
      auth_time: Math.floor(handles.authTimeMs / 1000),
      acr: handles.acr,
      sid: handles.sessionId,
      fam: handles.familyId,
      dev: handles.deviceId,
      uep: handles.userEpoch,
    }),
    ...(proofKey !== undefined && { cnf: { jkt: proofKey } }),
  };
}

/**
 * Mints an ID token. It names by hash what it is sent with, so that neither can be swapped.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken OpenID Connect Core 3.1.3.6 and 3.3.2.11}
 */
export function mintIdToken(
  service: Service,
  { clientId, subject, idToken }: Pick<TokenGrant, 'clientId' | 'subject'> & { idToken: IdTokenGrant },
  sentWith: { accessToken?: string; code?: string },
  nowMs: number,
): string | Promise<string> {
  const { accessToken, code } = sentWith;
  const client = service.clients.get(clientId);
  const alg = client?.metadata.id_token_signed_response_alg ?? 'RS256';
  const iat = Math.floor(nowMs / 1000);
  const claims: IdTokenClaims = {
    iss: service.settings.issuer,
    sub: subject,
    aud: clientId,
    iat,
    exp: iat + idTokenSeconds,
    auth_time: Math.floor(idToken.authTimeMs / 1000),
    nonce: idToken.nonce,
    acr: idToken.acr,
    amr: idToken.amr,
    sid: idToken.sessionId,
    ...(accessToken !== undefined && { at_hash: leftHash(alg, accessToken) }),
    ...(code !== undefined && { c_hash: leftHash(alg, code) }),
  };
  return signJwt(service.keyring.signingKey(alg), 'JWT', { ...claimsFor(idToken.scopes, idToken.claims), ...claims });
}

/** At most two minutes (Back-Channel Logout 1.0 section 4). */
const logoutTokenSeconds = 120;

/**
 * Mints a logout token, signed as the client's ID tokens are.
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken Back-Channel Logout 1.0 section 2.4}
 */
export async function mintLogoutToken(
  service: Service,
  { clientId, sessionId, subject }: { clientId: ClientId; sessionId: SessionId; subject?: UserId },
  nowMs: number,
): Promise<string> {
  const alg = service.clients.get(clientId)?.metadata.id_token_signed_response_alg ?? 'RS256';
  const iat = Math.floor(nowMs / 1000);
  const claims: LogoutTokenClaims = {
    iss: service.settings.issuer,
    aud: clientId,
    iat,
    exp: iat + logoutTokenSeconds,
    jti: service.draw.handle(),
    events: { [backchannelLogoutEvent]: {} },
    sid: sessionId,
    ...(subject !== undefined && { sub: subject }),
  };
  return signJwt(service.keyring.signingKey(alg), 'logout+jwt', claims);
}

/** The user's claims that the scopes ask for. @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims Core 5.4} */
export function claimsFor(scopes: readonly string[], claims: Record<string, unknown>): Record<string, unknown> {
  const wanted: Record<string, unknown> = {};
  for (const scope of scopes) {
    if (!Object.hasOwn(openIdScopes, scope)) continue;
    for (const name of openIdScopes[scope as OpenIdScope]) {
      if (Object.hasOwn(claims, name)) wanted[name] = claims[name];
    }
  }
  return wanted;
}

/** Left half of the hash of a token or code, by the algorithm's hash function (OpenID Connect Core 3.1.3.6). */
function leftHash(alg: SigningAlg, text: string): string {
  const whole = hash(alg === 'EdDSA' ? 'sha512' : 'sha256', text, 'buffer');
  return whole.toString('base64url', 0, whole.length / 2);
}

/** A compact JWS (RFC 7515 section 7.1). */
export function signJwt(key: SigningKey, typ: JwtType, claims: object): string | Promise<string> {
  const input = `${encodedHeader(key, typ)}.${encode(claims)}`;
  const signature = signInput(key, Buffer.from(input, 'ascii'));
  return signature instanceof Promise
    ? signature.then((bytes) => `${input}.${bytes.toString('base64url')}`)
    : `${input}.${signature.toString('base64url')}`;
}

type JwtType = 'at+jwt' | 'JWT' | 'logout+jwt' | typeof revocationBatchType;

const encodedHeaders = new WeakMap<SigningKey, Partial<Record<JwtType, string>>>();

/** The header of a key and type never changes. */
function encodedHeader(key: SigningKey, typ: JwtType): string {
  const known = encodedHeaders.get(key) ?? {};
  encodedHeaders.set(key, known);
  return (known[typ] ??= encode({ alg: key.alg, typ, kid: key.kid }));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
