import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { Environment } from './environment.ts';
import type { SigningAlg } from './jwt/algorithms.ts';
import type { ApiSettings } from './settings.ts';
import { VirtualClock } from './virtual-clock.fixture.ts';

/** A key that signs, and its public half. */
export interface VirtualKey {
  kid: string;
  alg: SigningAlg;
  privateKey: KeyObject;
  jwk: Record<string, unknown>;
}

export const issuerUrl = 'https://id.example.com';
export const apiUrl = 'https://api.example.com';

/** An issuer without a network: what `fetch` gets from it, and the tokens it signs. */
export class VirtualIssuer {
  readonly clock = new VirtualClock();
  /** What is published. */
  keys: VirtualKey[] = [makeKey('ES256')];
  /** Addresses that were asked for, in order. */
  readonly asked: string[] = [];
  /** What the next requests get in place of an answer; a function may tell them apart. */
  outage: ((url: string) => Response | Error | undefined) | undefined;
  jwksHeaders: Record<string, string> = {};
  metadata: Record<string, unknown> = {};
  /** More addresses that are served. */
  readonly served = new Map<string, (init: RequestInit) => Response | Promise<Response>>();

  fetch: Environment['fetch'] = async (url, init = {}) => {
    this.asked.push(url);
    init.signal?.throwIfAborted();
    const instead = this.outage?.(url);
    if (instead instanceof Error) throw instead;
    if (instead !== undefined) return instead;
    if (url === `${issuerUrl}/.well-known/openid-configuration`)
      return Response.json({ issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks`, ...this.metadata });
    if (url === `${issuerUrl}/jwks`)
      return Response.json({ keys: this.keys.map(({ jwk }) => jwk) }, { headers: this.jwksHeaders });
    return (await this.served.get(url.split('?')[0] ?? '')?.(init)) ?? new Response(null, { status: 404 });
  };

  /** Settings of an API that trusts this issuer. */
  settings(changes: Partial<ApiSettings> = {}): ApiSettings {
    return { issuerBaseURL: issuerUrl, audience: apiUrl, ...this.clock.environment(this.fetch), ...changes };
  }

  /** Claims of a good access token of now, and whatever a test changes; `undefined` leaves one out. */
  claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = Math.floor(this.clock.now() / 1000);
    return {
      iss: issuerUrl,
      sub: 'usr_ada',
      aud: apiUrl,
      client_id: 'app',
      scope: 'read:reports',
      iat,
      exp: iat + 3600,
      jti: randomUUID(),
      ...changes,
    };
  }

  /** A good access token, and whatever a test changes of it. */
  token(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = this.keys[0]): string {
    if (key === undefined) throw new Error('the issuer has no key');
    return jws({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }, this.claims(changes), key);
  }
}

export function makeKey(alg: SigningAlg, kid: string = randomUUID()): VirtualKey {
  const { privateKey, publicKey } = pairFor(alg);
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

function pairFor(alg: SigningAlg): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
    case 'RS256':
    case 'PS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

/** A compact JWS of whatever header and claims, signed with the key by its own algorithm. */
export function jws(header: object, claims: object, key: VirtualKey): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signatureOf(input, key).toString('base64url')}`;
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signatureOf(input: string, { alg, privateKey }: VirtualKey): Buffer {
  const bytes = Buffer.from(input);
  switch (alg) {
    case 'ES256':
      return sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    case 'EdDSA':
    case 'Ed25519':
      return sign(null, bytes, privateKey);
    case 'RS256':
      return sign('sha256', bytes, privateKey);
    case 'PS256':
      return sign('sha256', bytes, { key: privateKey, padding: 6, saltLength: 32 });
  }
}

/** The facts of a request with this token. */
export function bearer(token: string): { authorization: string; method: string; url: string } {
  return { authorization: `Bearer ${token}`, method: 'GET', url: `${apiUrl}/reports` };
}
