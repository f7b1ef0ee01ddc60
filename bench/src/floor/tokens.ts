import { hash, randomUUID } from 'node:crypto';
import { ACCESS_TOKEN_SECONDS, API, API_SCOPE, REFRESH_IDLE_SECONDS, SCOPE } from '../subject.ts';
import { signEs256 } from './es256.ts';
import { mintRefreshToken } from '../refresh-token.ts';
import { refreshKey } from './refresh-key.ts';

const ACCESS_TOKEN_HEADER = jwtHeader('at+jwt');
const ID_TOKEN_HEADER = jwtHeader('JWT');

/** Whom the tokens are about: what the joined rows of one family say. */
export type Holder = {
  issuer: string;
  clientId: string;
  sub: string;
  epoch: number;
  deviceHandle: string;
  sessionHandle: string;
  authTime: number;
  familyHandle: Uint8Array;
  salt: Uint8Array;
  nonce?: string | undefined;
};

/** The token answer for a user: access token and ID token by ES256, and the refresh token of `generation` (RFC 6749 section 5.1). */
export function userTokenAnswer(holder: Holder, generation: number, nowSeconds: number): string {
  const accessToken = userAccessToken(holder, nowSeconds);
  return JSON.stringify({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: SCOPE,
    refresh_token: mintRefreshToken(refreshKey, { handle: holder.familyHandle, salt: holder.salt, generation }),
    refresh_token_expires_in: REFRESH_IDLE_SECONDS,
    id_token: idToken(holder, accessToken, nowSeconds),
  });
}

/** The token answer for a service: one access token by ES256. */
export function serviceTokenAnswer(issuer: string, clientId: string, nowSeconds: number): string {
  const claims = {
    iss: issuer,
    sub: clientId,
    aud: API,
    client_id: clientId,
    scope: API_SCOPE,
    ...lifetime(nowSeconds),
    jti: randomUUID(),
  };
  return JSON.stringify({
    access_token: signJwt(ACCESS_TOKEN_HEADER, claims),
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: API_SCOPE,
  });
}

function userAccessToken(holder: Holder, nowSeconds: number): string {
  return signJwt(ACCESS_TOKEN_HEADER, {
    iss: holder.issuer,
    sub: holder.sub,
    aud: API,
    client_id: holder.clientId,
    scope: SCOPE,
    ...lifetime(nowSeconds),
    jti: randomUUID(),
    auth_time: holder.authTime,
    acr: '1',
    sid: holder.sessionHandle,
    fam: Buffer.from(holder.familyHandle).toString('base64url'),
    dev: holder.deviceHandle,
    uep: holder.epoch,
  });
}

function idToken(holder: Holder, accessToken: string, nowSeconds: number): string {
  return signJwt(ID_TOKEN_HEADER, {
    iss: holder.issuer,
    sub: holder.sub,
    aud: holder.clientId,
    ...lifetime(nowSeconds),
    auth_time: holder.authTime,
    acr: '1',
    sid: holder.sessionHandle,
    nonce: holder.nonce,
    at_hash: hash('sha256', accessToken, 'buffer').toString('base64url', 0, 16),
  });
}

function signJwt(header: string, claims: object): string {
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${signEs256(Buffer.from(signed)).toString('base64url')}`;
}

function jwtHeader(typ: string): string {
  return Buffer.from(JSON.stringify({ alg: 'ES256', typ, kid: 'floor-1' })).toString('base64url');
}

function lifetime(nowSeconds: number): { iat: number; exp: number } {
  return { iat: nowSeconds, exp: nowSeconds + ACCESS_TOKEN_SECONDS };
}
