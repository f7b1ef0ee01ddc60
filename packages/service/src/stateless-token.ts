import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { StatelessToken } from '@ostiary/protocol';
import type { ClientId, DeviceId, FamilyId, StatelessTokenClaims, UserId } from '@ostiary/wire';
import type { Service } from './service.ts';

/** One algorithm, one type: what the header says decides nothing but which of our keys is asked. */
interface Header {
  alg: 'HS256';
  typ: 'rt+jwt';
  kid: string;
}

/**
 * Signs a stateless refresh token with a key that makes nothing else.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3.11 RFC 8725 section 3.11}
 */
export function makeStatelessToken({ keyring, settings }: Service, token: StatelessToken): string {
  const { keyId, key } = keyring.statelessKey();
  const { grant } = token;
  const claims: StatelessTokenClaims = {
    iss: settings.issuer,
    aud: settings.issuer,
    sub: token.userId,
    client_id: token.clientId,
    dev: token.deviceId,
    jti: token.id,
    iat: Math.floor(token.issuedAtMs / 1000),
    exp: Math.floor(token.expiresAtMs / 1000),
    auth_time: Math.floor(token.authTimeMs / 1000),
    acr: grant.acr,
    amr: grant.amr,
    scopes: grant.scopes,
    apis: grant.apis,
    ...(grant.claims && { claims: grant.claims }),
    ...(grant.needsDevice && { needs_device: grant.needsDevice }),
    ...(token.jkt !== undefined && { cnf: { jkt: token.jkt } }),
    uep: token.userEpoch,
    cep: token.clientEpoch,
    cov: token.consentVersion,
    rep: keyring.restoreEpoch(),
  };
  const header: Header = { alg: 'HS256', typ: 'rt+jwt', kid: String(keyId) };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signature(key, input).toString('base64url')}`;
}

const maxLength = 16_384;

/**
 * What a stateless token of this server says; nothing for anything else, and for what was made before a restore. Another node may
 * have made it with a key or a restore epoch that was not read here yet.
 */
export async function recogniseStateless(service: Service, text: string): Promise<StatelessToken | undefined> {
  const known = readStatelessToken(service, text);
  if (known !== undefined || !isOfItsKind(text)) return known;
  await service.keyring.lookAgain();
  return readStatelessToken(service, text);
}

function isOfItsKind(text: string): boolean {
  const header = Buffer.from(text.slice(0, text.indexOf('.')), 'base64url').toString();
  return text.length <= maxLength && /^\{"alg":"HS256","typ":"rt\+jwt","kid":"\d{1,3}"\}$/.test(header);
}

function readStatelessToken({ keyring, settings }: Service, text: string): StatelessToken | undefined {
  if (text.length > maxLength) return undefined;
  const [header = '', payload = '', mac = '', more] = text.split('.');
  if (more !== undefined) return undefined;
  const key = keyOf(keyring, header);
  const shown = Buffer.from(mac, 'base64url');
  if (key === undefined || shown.length !== 32 || shown.toString('base64url') !== mac) return undefined;
  if (!timingSafeEqual(signature(key, `${header}.${payload}`), shown)) return undefined;
  // Signed by us and by this key: what is in it has the shape that we gave it.
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as StatelessTokenClaims;
  const isOurs = claims.iss === settings.issuer && claims.aud === settings.issuer;
  return isOurs && claims.rep === keyring.restoreEpoch() ? tokenOf(claims) : undefined;
}

/** The header has one spelling for each key, so it is compared, never believed. */
function keyOf(keyring: Service['keyring'], header: string): KeyObject | undefined {
  return keyring.statelessKeys().find(({ keyId }) => header === headerOf(keyId))?.key;
}

function headerOf(keyId: number): string {
  return encode({ alg: 'HS256', typ: 'rt+jwt', kid: String(keyId) } satisfies Header);
}

function tokenOf(claims: StatelessTokenClaims): StatelessToken {
  const { acr, amr, scopes, apis, claims: custom, needs_device: needsDevice, cnf } = claims;
  return {
    id: claims.jti as FamilyId,
    userId: claims.sub as UserId,
    clientId: claims.client_id as ClientId,
    deviceId: claims.dev as DeviceId,
    grant: { scopes, apis, acr, amr, ...(custom && { claims: custom }), ...(needsDevice && { needsDevice }) },
    authTimeMs: claims.auth_time * 1000,
    issuedAtMs: claims.iat * 1000,
    expiresAtMs: claims.exp * 1000,
    ...(cnf && { jkt: cnf.jkt }),
    userEpoch: claims.uep,
    clientEpoch: claims.cep,
    consentVersion: claims.cov,
  };
}

function signature(key: KeyObject, input: string): Buffer {
  return createHmac('sha256', key).update(input).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
