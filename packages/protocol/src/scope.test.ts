import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scopeTokenPattern } from '@ostiary/wire';
import { api, billing, billingApi, catalogue, reports, spa } from './family.fixture.ts';
import { allowedScopes, parseScope, resolveScopes, scopeNames } from './scope.ts';

const both = { [reports]: ['read:reports'], [billing]: ['pay'] };
const shared = billingApi({ scopes: { pay: 'Pay bills', 'read:reports': 'Read reports of billing' } });

describe('RFC 6749 3.3: a scope value', () => {
  test('is split at spaces, each name once, in the order asked', () => {
    assert.deepEqual(parseScope('b a  b c'), ['b', 'a', 'c']);
    assert.deepEqual(parseScope(' '), []);
    assert.deepEqual(parseScope(undefined), []);
  });

  test('has its characters and no others', () => {
    for (const wrong of ['a"', 'a\\', 'a\tb', 'a\nb', 'é', 'a\u00a0b', '\u0000'])
      assert.equal(parseScope(wrong), undefined, JSON.stringify(wrong));
    assert.deepEqual(parseScope("!#[]~:/.-'"), ["!#[]~:/.-'"]);
  });

  test('has at most 100 names', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join(' ');
    assert.equal(parseScope(names(100))?.length, 100);
    assert.equal(parseScope(names(101)), undefined);
  });

  test('is parsed into names of the grammar, or not at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const names = parseScope(value);
        for (const name of names ?? []) assert.match(name, scopeTokenPattern);
        if (names) assert.deepEqual(parseScope(names.join(' ')), names);
      }),
    );
  });
});

describe('RFC 8707 2: the owner of a scope', () => {
  const resolve = (scopes: string[], resources: string[], apis = both, known = catalogue(api(), billingApi())) =>
    resolveScopes(scopes, resources, spa({ apis }), known);

  test('is OpenID Connect, or the API of the client that has it', () => {
    assert.deepEqual(resolve(['openid', 'pay', 'read:reports'], []), {
      ok: true,
      value: { scopes: ['openid'], apis: { [reports]: ['read:reports'], [billing]: ['pay'] }, ignored: [] },
    });
  });

  test('is nobody when the client may not have it: the scope is ignored (OIDC Core 3.1.2.1)', () => {
    assert.deepEqual(resolve(['write:reports', 'toString', '__proto__', 'constructor'], []), {
      ok: true,
      value: { scopes: [], apis: {}, ignored: ['write:reports', 'toString', '__proto__', 'constructor'] },
    });
  });

  test('must be named by resource when two APIs of the client have it', () => {
    const apis = { [reports]: ['read:reports'], [billing]: ['read:reports'] };
    const known = catalogue(api(), shared);
    assert.deepEqual(resolve(['read:reports'], [], apis, known), {
      ok: false,
      refusal: { reason: 'target_ambiguous' },
    });
    const named = resolve(['read:reports'], [billing], apis, known);
    assert.deepEqual(named, { ok: true, value: { scopes: [], apis: { [billing]: ['read:reports'] }, ignored: [] } });
  });

  test('is each of the APIs that resource names', () => {
    const apis = { [reports]: ['read:reports'], [billing]: ['read:reports'] };
    const named = resolve(['read:reports'], [reports, billing], apis, catalogue(api(), shared));
    assert.ok(named.ok);
    assert.deepEqual(named.value.apis, { [reports]: ['read:reports'], [billing]: ['read:reports'] });
  });

  test('security 119: an unknown or foreign resource is refused, beside a good one too', () => {
    for (const resources of [['urn:nobody'], [reports, 'urn:nobody'], [`${reports}#x`], ['']])
      assert.deepEqual(resolve([], resources), { ok: false, refusal: { reason: 'target_unknown' } });
    const gone = resolve([], [billing], both, catalogue(api()));
    assert.deepEqual(gone, { ok: false, refusal: { reason: 'target_unknown' } });
  });

  test('a resource named twice is one', () => {
    const named = resolve(['pay'], [billing, billing]);
    assert.deepEqual(named, { ok: true, value: { scopes: [], apis: { [billing]: ['pay'] }, ignored: [] } });
  });
});

test('a client may have what it is registered for and the API has', () => {
  const client = spa({ apis: { [reports]: ['read:reports', 'gone', 'toString'] } });
  assert.deepEqual(allowedScopes(client, api()), ['read:reports']);
  assert.deepEqual(allowedScopes(client, billingApi()), []);
});

test('the names of a grant stand once each', () => {
  assert.deepEqual(scopeNames({ scopes: ['openid'], apis: { [reports]: ['a', 'b'], [billing]: ['b'] } }), [
    'openid',
    'a',
    'b',
  ]);
});
