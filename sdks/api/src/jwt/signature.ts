import { compactVerify, errors } from 'jose';
import type { SigningAlg } from './algorithms.ts';

/** Whether the key signed the token. The algorithm is that of the key, never that of the header (RFC 8725 section 3.1). */
export async function isSignedBy(token: string, { key, alg }: { key: CryptoKey; alg: SigningAlg }): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch (fault) {
    if (fault instanceof errors.JOSEError || fault instanceof TypeError) return false;
    throw fault;
  }
}
