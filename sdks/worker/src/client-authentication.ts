import { base64url } from './base64url.ts';
import type { Environment } from './environment.ts';

/** What a proof of the client's identity is made for. */
export interface AuthenticationRequest {
  clientId: string;
  issuer: string;
  /** Server time. */
  nowMs: number;
  random: Environment['random'];
}

/** Says in a request who the client is: headers and form fields to add. Called anew for every request. */
export type ClientAuthentication = (
  request: AuthenticationRequest,
) => Promise<{ headers?: Record<string, string>; fields?: Record<string, string> }>;

/** The secret in the Authorization header. [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) */
export function clientSecretBasic(secret: string): ClientAuthentication {
  return async ({ clientId }) => {
    const credentials = `${formEncoded(clientId)}:${formEncoded(secret)}`;
    return { headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
  };
}

/** The secret as a form field. */
export function clientSecretPost(secret: string): ClientAuthentication {
  return async ({ clientId }) => ({ fields: { client_id: clientId, client_secret: secret } });
}

/** Of Web Crypto, whether an app has the types of browsers or those of Node alone. */
export type PrivateKey = Parameters<typeof crypto.subtle.sign>[1];

/**
 * A short-lived assertion signed with the client's key, whose public half the issuer knows.
 * [RFC 7523, section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)
 *
 * @param key private key of Web Crypto: ECDSA, RSASSA-PKCS1-v1_5, RSA-PSS or Ed25519
 */
export function privateKeyJwt(key: PrivateKey, { kid }: { kid?: string } = {}): ClientAuthentication {
  const { alg, parameters } = algorithmOf(key);
  return async ({ clientId, issuer, nowMs, random }) => {
    const iat = Math.floor(nowMs / 1000);
    const header = { alg, typ: 'JWT', ...(kid !== undefined && { kid }) };
    // RFC 10070: the audience is the issuer, and nothing beside it.
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: base64url(random(16)), iat, exp: iat + 60 };
    const signed = [header, claims].map((part) => base64url(Buffer.from(JSON.stringify(part)))).join('.');
    const signature = await crypto.subtle.sign(parameters, key, Buffer.from(signed));
    return {
      fields: {
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: `${signed}.${base64url(new Uint8Array(signature))}`,
      },
    };
  };
}

/** As `application/x-www-form-urlencoded` has it, which is what the two halves of Basic are encoded by. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

interface Algorithm {
  /** [RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1) */
  alg: string;
  parameters: { name: string; hash?: string; saltLength?: number };
}

function algorithmOf({ algorithm }: PrivateKey): Algorithm {
  const { name } = algorithm;
  const hash = 'hash' in algorithm ? (algorithm.hash as KeyAlgorithm).name : '';
  const bits = hash.slice('SHA-'.length);
  const curve = 'namedCurve' in algorithm ? algorithm.namedCurve : undefined;
  switch (name) {
    case 'ECDSA':
      return curve === 'P-384'
        ? { alg: 'ES384', parameters: { name, hash: 'SHA-384' } }
        : { alg: 'ES256', parameters: { name, hash: 'SHA-256' } };
    case 'RSASSA-PKCS1-v1_5':
      return { alg: `RS${bits}`, parameters: { name } };
    case 'RSA-PSS':
      return { alg: `PS${bits}`, parameters: { name, saltLength: Number(bits) / 8 } };
    case 'Ed25519':
      return { alg: 'EdDSA', parameters: { name } };
    default:
      throw new TypeError(`${name} is no algorithm of client assertions`);
  }
}
