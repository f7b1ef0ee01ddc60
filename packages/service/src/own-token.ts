import { compactVerify, errors, importJWK } from 'jose';
import type { Service } from './service.ts';

/** Kinds of JWT that this issuer signs, by their `typ`: one is never accepted for another. */
type OwnType = 'at+jwt' | 'JWT';

/**
 * Verifies signature, `typ` and issuer of a JWT of our own. Expiry is for the caller: an expired ID token is a good hint.
 * The algorithm is that of the key, never that of the header (RFC 8725 section 3.1).
 */
export async function verifyOwnToken(
  service: Service,
  token: string,
  typ: OwnType,
): Promise<Record<string, unknown> | undefined> {
  if (!isSpeltRight(token)) return undefined;
  try {
    const { payload, protectedHeader } = await compactVerify(token, async ({ kid = '', alg }) => {
      const key = service.keyring.verificationKey(kid) ?? (await keyOfAnotherNode(service, kid));
      if (key === undefined || alg !== key.alg) throw new errors.JWKSNoMatchingKey();
      return importJWK({ ...key.publicJwk }, key.alg);
    });
    if (protectedHeader.typ !== typ) return undefined;
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
    const record = claims as Record<string, unknown>;
    return record['iss'] === service.settings.issuer ? record : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

/** A key that this node has not read yet. A `kid` that nobody has is asked for once a second. */
async function keyOfAnotherNode(
  { keyring }: Service,
  kid: string,
): Promise<ReturnType<typeof keyring.verificationKey>> {
  await keyring.lookAgain();
  return keyring.verificationKey(kid);
}

/** A token has one spelling: the last character of a segment may carry no bits that belong to no byte (RFC 4648 section 3.5). */
function isSpeltRight(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
