import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { it } from 'node:test';
import { derSignature, joseSignature } from './ecdsa-signature.ts';

it('gives R and S in 32 bytes each, whatever their length in DER (RFC 7518 section 3.4)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const lengths = new Set<number>();
  for (let round = 0; round < 2000; round += 1) {
    const data = Buffer.from(`message ${round}`);
    const der = sign('sha256', data, privateKey);
    lengths.add(der.length);
    const signature = joseSignature(der);
    assert.equal(signature.length, 64);
    assert.deepEqual(derSignature(signature), der);
    if (round % 50 === 0 || der.length < 70) {
      assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature));
    }
  }
  assert.ok(lengths.size >= 3, 'short and long integers both occurred');
});

it('writes zeros and the largest numbers as DER does, so that OpenSSL judges them', () => {
  const of = (byte: number) => derSignature(Buffer.alloc(64, byte)).toString('hex');
  assert.equal(of(0), '3006020100020100');
  assert.equal(of(0xff), `3046${`022100${'ff'.repeat(32)}`.repeat(2)}`);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const byte of [0, 0xff])
    assert.equal(verify('sha256', Buffer.of(1), publicKey, derSignature(Buffer.alloc(64, byte))), false);
});
