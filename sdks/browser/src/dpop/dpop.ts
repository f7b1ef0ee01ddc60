import { base64url } from '../environment.ts';
import type { ProofMaker, ProvenRequest } from '../settings.ts';
import { openKeptValues } from './kept-values.ts';
import type { KeptValues } from './kept-values.ts';

export interface DpopOptions {
  /** Name of the database that holds the key. Default `ostiary-dpop`. Clients of one origin that sign out apart need one each. */
  database?: string;
}

/** A key as it is kept: nobody, and no script, can read its private half. */
interface KeptKey {
  privateKey: CryptoKey;
  /** The public half, its members in the order of RFC 7638. */
  jwk: JsonWebKey;
  thumbprint: string;
}

const keyName = 'key';
const curve = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * Binds tokens to a key of this browser, shared by all tabs: a token that is taken away is worthless elsewhere, and a provider
 * need not rotate the refresh token. When the key is lost, as when the user clears the browser's data, the provider refuses the
 * next renewal, the session ends with its reason, and the user signs in again with a new key.
 * [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)
 */
export function dpop(
  { database = 'ostiary-dpop' }: DpopOptions = {},
  indexedDb: () => IDBFactory | undefined = () => globalThis.indexedDB,
): ProofMaker {
  const kept = openKeptValues(database, indexedDb);
  return {
    thumbprint: async () => (await keyAnd(kept)).key.thumbprint,
    async send(make, request) {
      for (let isAgain = false; ; isAgain = true) {
        const response = await make({ DPoP: await prove(kept, request) });
        const nonce = response.headers.get('dpop-nonce');
        // Where it cannot be kept, the next proof cannot be made either, and says so.
        if (nonce !== null) await kept.put(new URL(request.url).origin, nonce).catch(() => undefined);
        if (isAgain || nonce === null || !(await isNonceWanted(response))) return response;
      }
    },
    forget: () => kept.clear(),
  };
}

/** One proof. [RFC 9449, section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2) */
async function prove(kept: KeptValues, { method, url, nowMs, accessToken }: ProvenRequest): Promise<string> {
  const { origin, pathname } = new URL(url);
  const { key, nonce } = await keyAnd(kept, origin);
  const claims = {
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: method,
    htu: origin + pathname,
    iat: Math.floor(nowMs / 1000),
    nonce,
    ath: accessToken && base64url(await sha256(accessToken)),
  };
  const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })}.${encode(claims)}`;
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, key.privateKey, new TextEncoder().encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

/** A provider says so in its answer, an API in its challenge. [RFC 9449, sections 8 and 9](https://www.rfc-editor.org/rfc/rfc9449#section-8) */
async function isNonceWanted(response: Response): Promise<boolean> {
  const said = response.headers.get('www-authenticate') ?? '';
  const body = response.status === 400 ? await response.clone().text() : '';
  return /\buse_dpop_nonce\b/.test(said + body);
}

/**
 * The key, made when there is none, and the nonce of an origin. Read each time: a tab that remembered a key would go on with one
 * that another tab has forgotten.
 */
async function keyAnd(kept: KeptValues, origin = ''): Promise<{ key: KeptKey; nonce: string | undefined }> {
  const [key, nonce] = (await kept.get([keyName, origin])) as [KeptKey | undefined, string | undefined];
  return { key: key ?? ((await kept.putFirst(keyName, await makeKey())) as KeptKey), nonce };
}

async function makeKey(): Promise<KeptKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['sign']);
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const jwk = { crv, kty, x, y };
  return { privateKey, jwk, thumbprint: base64url(await sha256(JSON.stringify(jwk))) };
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function encode(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}
