import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { postToken, type TestIssuer } from '@ostiary/http/fixture';
import {
  codeFor,
  exchange,
  renew,
  spa,
  tokensIn,
  type House,
  type Party,
  type TokenAnswer,
  type Tokens,
} from './house.fixture.ts';

/** Parts of a proof that a test changes; `undefined` leaves a member out. */
export interface ProofChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** A key and the proofs of it. */
export interface Prover {
  jkt: string;
  jwk: Record<string, unknown>;
  privateKey: KeyObject;
  /** A proof as RFC 9449 wants it for a POST to the token endpoint, and whatever a test changes. */
  prove(house: Pick<TestIssuer, 'clock' | 'service'>, changes?: ProofChanges): string;
}

export function prover(): Prover {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const jwk = { kty, crv, x, y };
  const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return {
    jkt,
    jwk,
    privateKey,
    prove({ clock, service }, { header, claims } = {}) {
      const iat = Math.floor(clock.now() / 1000);
      const htu = `${service.settings.issuer}/token`;
      const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encode({ jti: randomUUID(), htm: 'POST', htu, iat, ...claims })}`;
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    },
  };
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function athOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

/** The nonce that the server gives to whoever sends a proof. */
export async function nonceOf(house: Pick<TestIssuer, 'request' | 'clock' | 'service'>): Promise<string> {
  const answer = await send(house, spa, { grant_type: 'refresh_token', refresh_token: 'x' }, prover().prove(house));
  return answer.headers.get('dpop-nonce') ?? '';
}

/** A token request with this `DPoP` header. */
export function send(
  house: Pick<TestIssuer, 'request'>,
  client: Party,
  fields: Record<string, string>,
  proof?: string,
): Promise<TokenAnswer> {
  return postToken(house, { ...fields, ...client.fields }, { ...client.headers, ...(proof && { dpop: proof }) });
}

/** The same client with this `DPoP` header. */
export function withProof(client: Party, proof: string): Party {
  return { ...client, headers: { ...client.headers, dpop: proof } };
}

/** Renews with a proof of this key. */
export async function renewWith(
  house: House,
  key: Prover,
  token: string,
  { client = spa, changes = {} }: { client?: Party; changes?: ProofChanges } = {},
): Promise<TokenAnswer> {
  const nonce = await nonceOf(house);
  const proof = key.prove(house, { ...changes, claims: { nonce, ...changes.claims } });
  return renew(house, withProof(client, proof), token);
}

/** Signs in, allows and redeems with a proof of this key. */
export async function boundTokens(
  house: House,
  key: Prover,
  { client = spa, asked = {} }: { client?: Party; asked?: Record<string, string> } = {},
): Promise<Tokens> {
  const code = await codeFor(house.browser(), client, asked);
  const nonce = await nonceOf(house);
  return tokensIn(await exchange(house, withProof(client, key.prove(house, { claims: { nonce } })), code));
}

/** Asks for userinfo with a bound token. */
export function userinfoWith(
  house: House,
  key: Prover,
  token: string,
  { header, claims }: ProofChanges = {},
): Promise<Response> {
  const htu = `${house.service.settings.issuer}/userinfo`;
  const proof = key.prove(house, { header: { ...header }, claims: { htm: 'GET', htu, ath: athOf(token), ...claims } });
  return house.request('/userinfo', { headers: { authorization: `DPoP ${token}`, dpop: proof } });
}
