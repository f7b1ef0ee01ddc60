import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, it } from 'node:test';
import { basic } from '@ostiary/http/fixture';
import { exchange, codeFor, openHouse, refusedWith, renew, spa, tokensFor, web } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

const title =
  'GHSA-w6gv-3r3v-gwgj (Keycloak): where a secret differs cannot be told by the time it takes to compare it';

it(`${title}: the tag of a refresh token`, async () => {
  const { refresh_token } = await tokensFor(house);
  const bytes = Buffer.from(refresh_token.slice('ort_'.length), 'base64url');
  // The tag is the last 32 bytes.
  for (const place of [bytes.length - 32, bytes.length - 1]) {
    const altered = Buffer.from(bytes);
    altered[place] = (altered[place] ?? 0) ^ 1;
    const compared = await comparedWhile(async () =>
      refusedWith(await renew(house, spa, `ort_${altered.toString('base64url')}`), 'invalid_grant'),
    );
    assert.deepEqual(new Set(compared), new Set([32]));
  }
});

it(`${title}: the secret of a client`, async () => {
  for (const secret of ['X-web-secret', 'lab-web-secreX', 'x'.repeat(200)]) {
    const client = { ...web, headers: basic('lab-web', secret) };
    const compared = await comparedWhile(async () =>
      refusedWith(await renew(house, client, 'ort_x'), 'invalid_client'),
    );
    assert.deepEqual(compared, [43], 'digests of one length');
  }
});

it(`${title}: the verifier of a code`, async () => {
  for (const verifier of ['X'.repeat(43), 'a-code-verifier-that-is-long-enough-for-rfc-763X']) {
    const code = await codeFor(house.browser());
    const compared = await comparedWhile(async () =>
      refusedWith(await exchange(house, spa, code, { code_verifier: verifier }), 'invalid_grant'),
    );
    assert.deepEqual(compared, [43], 'the S256 of the verifier');
  }
});

/** Lengths of what was compared in constant time meanwhile. */
async function comparedWhile(work: () => Promise<unknown>): Promise<number[]> {
  const lengths: number[] = [];
  const { timingSafeEqual } = crypto;
  crypto.timingSafeEqual = (a, b) => {
    lengths.push(a.byteLength);
    return timingSafeEqual(a, b);
  };
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    crypto.timingSafeEqual = timingSafeEqual;
    syncBuiltinESMExports();
  }
  return lengths;
}
