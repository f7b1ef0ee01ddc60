import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { rawOfDer } from './es256.ts';

test('a rewritten signature verifies as a JWS signature, whatever the lengths of its integers', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = Buffer.from('header.payload');
  for (let attempt = 0; attempt < 1000; attempt++) {
    const raw = rawOfDer(sign('sha256', data, privateKey));
    assert.equal(raw.length, 64);
    assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw));
  }
});

test('short integers are padded at the front', () => {
  const raw = rawOfDer(Buffer.from([0x30, 0x07, 0x02, 0x02, 0x00, 0x81, 0x02, 0x01, 0x05]));
  assert.deepEqual([raw[30], raw[31], raw[63]], [0, 0x81, 5]);
});
