import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readParameters } from './parameters.ts';

const known = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'grant_type',
  'refresh_token',
  'attempt',
  'prompt',
  'max_age',
  'display',
  'ui_locales',
  'login_hint',
  'id_token_hint',
  'acr_values',
  'token',
  'token_type_hint',
  'request',
  'request_uri',
  'registration',
];

function read(...pairs: [string, string][]) {
  return readParameters(pairs);
}

describe('RFC 6749 3.1, security 16: no parameter more than once', () => {
  for (const parameter of known) {
    test(`${parameter}, equal or not, side by side or apart`, () => {
      for (const second of ['a', 'b']) {
        for (const pairs of [[], [['x', 'y']] as [string, string][]]) {
          const result = read([parameter, 'a'], ...pairs, [parameter, second]);
          assert.ok(!result.ok);
          assert.deepEqual(result.refusal, { reason: 'parameter_repeated', parameter });
        }
      }
    });
  }

  test('the first value stays readable, so that the error can go back to the client', () => {
    const result = read(['state', 'first'], ['state', 'second'], ['redirect_uri', 'https://app.example/callback']);
    assert.equal(result.value.single.get('state'), 'first');
    assert.equal(result.value.single.get('redirect_uri'), 'https://app.example/callback');
  });

  test('of several faults the first is told', () => {
    const result = read(['a', '1'], ['a', '2'], ['b', '1'], ['b', '2']);
    assert.ok(!result.ok && result.refusal.parameter === 'a');
  });
});

test('RFC 8707 2: resource may repeat, and so may its alias; both in their order', () => {
  const result = read(['resource', 'urn:a'], ['audience', 'urn:b'], ['resource', 'urn:a']);
  assert.ok(result.ok);
  assert.deepEqual(result.value.resources, ['urn:a', 'urn:b', 'urn:a']);
  assert.ok(!result.value.single.has('resource'));
});

test('RFC 6749 3.1: an empty value counts as left out, so it repeats nothing', () => {
  const result = read(['state', ''], ['state', 'x'], ['scope', ''], ['resource', '']);
  assert.ok(result.ok);
  assert.deepEqual([...result.value.single], [['state', 'x']]);
  assert.deepEqual(result.value.resources, []);
});

test('RFC 6749 3.1: unknown parameters are kept for nobody to read', () => {
  const result = read(['__proto__', 'x'], ['constructor', 'y'], ['what-ever', 'z']);
  assert.ok(result.ok);
  assert.equal(result.value.single.get('__proto__'), 'x');
});

describe('limits', () => {
  test('8192 characters are well, one more is not, of a resource neither', () => {
    assert.ok(read(['state', 'x'.repeat(8192)]).ok);
    for (const parameter of ['state', 'resource']) {
      const result = read([parameter, 'x'.repeat(8193)]);
      assert.ok(!result.ok);
      assert.deepEqual(result.refusal, { reason: 'parameter_too_long', parameter });
      assert.deepEqual([result.value.single.size, result.value.resources.length], [0, 0]);
    }
  });

  test('100 parameters are well, one more is not, and the rest is not read', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index): [string, string] => [`p${index}`, 'x']);
    assert.ok(readParameters(many(100)).ok);
    const result = readParameters(many(5000));
    assert.ok(!result.ok && result.refusal.reason === 'parameter_too_long');
    assert.equal(result.value.single.size, 100);
    assert.ok(!readParameters(Array.from({ length: 101 }, (): [string, string] => ['x', ''])).ok);
  });
});

test('security 72: a name outside the usual alphabet is not echoed', () => {
  for (const name of ['a"b', 'A', 'é', 'x'.repeat(41), 'a\nb', '']) {
    const result = read([name, '1'], [name, '2']);
    assert.ok(!result.ok);
    assert.equal(result.refusal.parameter, 'a parameter');
  }
});

test('whatever comes, it is read or refused, and each name is held once', () => {
  const names = fc.oneof(fc.constantFrom(...known, 'resource', 'audience', ''), fc.string({ unit: 'binary' }));
  const values = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values), { maxLength: 30 }), (pairs) => {
      const result = readParameters(pairs);
      const given = pairs.filter(([name, value]) => value !== '' && name !== 'resource' && name !== 'audience');
      assert.equal(result.ok, new Set(given.map(([name]) => name)).size === given.length);
      for (const [name, value] of result.value.single) assert.equal(given.find(([each]) => each === name)?.[1], value);
    }),
  );
});
