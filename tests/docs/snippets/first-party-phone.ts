// #region phone
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const issuer = 'http://localhost:4000';
const client_id = 'example-phone';

/** The key of this device: made once, and kept where it cannot be copied. */
const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
let nonce: string | undefined;

/** Posts a form with a proof of the key; once more when the server wants its nonce in the proof. */
async function post(path: string, form: Record<string, string>, isAgain = false): Promise<Record<string, unknown>> {
  const htu = issuer + path;
  const proof = await new SignJWT({ htm: 'POST', htu, jti: randomUUID(), ...(nonce && { nonce }) })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .setIssuedAt()
    .sign(privateKey);
  const body = new URLSearchParams({ client_id, ...form });
  const response = await fetch(htu, { method: 'POST', body, headers: { DPoP: proof } });
  nonce = response.headers.get('DPoP-Nonce') ?? nonce;
  const answer = (await response.json()) as Record<string, unknown>;
  return answer['error'] === 'use_dpop_nonce' && !isAgain ? post(path, form, true) : answer;
}

/** Tokens for a name and a password, or `error` and what to do: see the table. */
export async function signIn(username: string, password: string, device_name: string) {
  const code_verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
  const answer = await post('/authorize-challenge', {
    response_type: 'code',
    scope: 'openid offline_access read:reports',
    code_challenge,
    code_challenge_method: 'S256',
    username,
    password,
    device_name,
  });
  const code = answer['authorization_code'];
  if (typeof code !== 'string') return answer;
  return post('/token', { grant_type: 'authorization_code', code, code_verifier });
}

/** A fresh access token. The refresh token stays the same: it is worth nothing without the key. */
export function renew(refresh_token: string) {
  return post('/token', { grant_type: 'refresh_token', refresh_token });
}
// #endregion phone
