import { currentProofNonce, readProof, type ProvenKey, type Refusal } from '@ostiary/service';
import type { Context } from 'hono';
import type { Bindings, HttpContext } from './context.ts';

/** The key that a request proved; none when it brought no proof. */
export type RequestProof = { ok: true; key?: ProvenKey } | { ok: false; refusal: Refusal };

/**
 * Reads the `DPoP` header. Whoever sends one learns the nonce of now from the answer, whatever that is.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-8.2 RFC 9449 section 8.2}
 */
export function provenKey(
  c: Context<Bindings>,
  { service }: HttpContext,
  request: { path: string; accessToken?: string; isNonceNeeded: boolean },
): RequestProof {
  const header = c.req.raw.headers.get('dpop');
  if (header === null) return { ok: true };
  c.env.headers = { ...c.env.headers, 'DPoP-Nonce': currentProofNonce(service) };
  return readProof(service, header, { method: c.req.method, ...request });
}
