import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { it } from 'node:test';
import { joseSignature } from './ecdsa-signature.ts';

it('gives R and S in 32 bytes each, whatever their length in DER (RFC 7518 section 3.4)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const lengths = new Set<number>();
  for (let round = 0; round < 2000; round += 1) {
    const data = Buffer.from(`message ${round}`);
    const der = sign('sha256', data, privateKey);
    lengths.add(der.length);
    const signature = joseSignature(der);
    assert.equal(signature.length, 64);
    if (round % 50 === 0 || der.length < 70) {
      assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature));
    }
  }
  assert.ok(lengths.size >= 3, 'short and long integers both occurred');
});
