import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '../random.ts';
import { createKeyWrapper } from './key-wrapper.ts';

function wrapperUnder(key: Uint8Array) {
  return createKeyWrapper({ masterKey: key, random: systemRandom, databaseName: '/data/ostiary.db' });
}

const masterKey = randomBytes(32);
const wrapper = wrapperUnder(masterKey);

test('what was sealed opens again in its context', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, context) => {
      assert.deepEqual(new Uint8Array(wrapper.open(wrapper.seal(plain, context), context)), plain);
    }),
  );
});

test('the same value is never sealed twice alike', () => {
  const plain = Buffer.from('key');
  assert.notEqual(wrapper.seal(plain, 'signing:a'), wrapper.seal(plain, 'signing:a'));
});

test('what is sealed begins with version 1 and does not show its content', () => {
  const sealed = Buffer.from(wrapper.seal(Buffer.from('plain text'), 'signing:a'), 'base64url');
  assert.equal(sealed[0], 1);
  assert.equal(sealed.length, 1 + 12 + 16 + 'plain text'.length);
  assert.ok(!sealed.includes('plain text'));
});

test('it does not open in another context', () => {
  const sealed = wrapper.seal(Buffer.from('key'), 'signing:a');
  assert.throws(() => wrapper.open(sealed, 'signing:b'), {
    message:
      'the database /data/ostiary.db holds keys that this master key does not open (signing:b); start with the master key that it was made with, or with another database',
  });
});

test('it does not open under another master key', () => {
  const sealed = wrapper.seal(Buffer.from('key'), 'signing:a');
  assert.throws(() => wrapperUnder(randomBytes(32)).open(sealed, 'signing:a'), /does not open/);
});

test('it does not open when any byte was changed', () => {
  const sealed = Buffer.from(wrapper.seal(Buffer.from('key'), 'signing:a'), 'base64url');
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => wrapper.open(changed.toString('base64url'), 'signing:a'), /does not open/, `byte ${index}`);
  }
});

test('it does not open when it was cut short', () => {
  const sealed = wrapper.seal(Buffer.from('key'), 'signing:a');
  for (const length of [0, 1, 20, sealed.length - 2])
    assert.throws(() => wrapper.open(sealed.slice(0, length), 'signing:a'), /does not open/, `length ${length}`);
});
