import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Recorder } from './recorder.ts';

/** I9 and I7: every access token verifies by the key set that each node serves, and says what the first of its family said. */
export async function flawsOfAccessTokens(recorder: Recorder, origins: readonly string[]): Promise<string[]> {
  const sets = await Promise.all(origins.map(keysAt));
  const rights = new Map<string, string>();
  const found = new Set<string>();
  for (const { family, token } of recorder.accessTokens) {
    const [head = '', body = '', signature = ''] = token.split('.');
    const { kid } = decoded(head);
    for (const keys of sets) {
      const key = keys.get(String(kid));
      const input = Buffer.from(`${head}.${body}`);
      const isGood =
        key !== undefined &&
        verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
      if (!isGood) found.add(`${family}: an access token does not verify by the key set of every node`);
    }
    const { iss, sub, aud, client_id, scope, fam } = decoded(body);
    const right = JSON.stringify({ iss, sub, aud, client_id, scope, fam });
    if ((rights.get(family) ?? right) !== right || fam !== family)
      found.add(`${family}: an access token of other rights`);
    rights.set(family, right);
  }
  return [...found];
}

async function keysAt(origin: string): Promise<Map<string, KeyObject>> {
  const response = await fetch(`${origin}/jwks`);
  const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid: string; kty: string })[] };
  return new Map(
    keys.filter(({ kty }) => kty === 'EC').map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })] as const),
  );
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
