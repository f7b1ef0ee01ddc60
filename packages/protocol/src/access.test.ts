import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { accessOf, termsOf, type Access, type AccessRequest } from './access.ts';
import { api, billing, billingApi, catalogue, grant, reports, spa, web } from './family.fixture.ts';
import { scopeNames } from './scope.ts';

const bothApis = { [reports]: ['read:reports', 'write:reports'], [billing]: ['pay'] };
const wide = grant({ apis: bothApis });
const client = spa({ apis: bothApis });
const known = catalogue(api(), billingApi());

function ask(
  request: Partial<AccessRequest>,
  changes: { client?: typeof client; known?: typeof known; of?: typeof wide } = {},
) {
  const asked = { resources: [], ...request };
  return accessOf(changes.of ?? wide, asked, changes.client ?? client, changes.known ?? known, 'offline');
}

function access(...question: Parameters<typeof ask>): Access {
  const result = ask(...question);
  assert.ok(result.ok, JSON.stringify(result));
  return result.access;
}

function reason(...question: Parameters<typeof ask>): string {
  const result = ask(...question);
  assert.ok(!result.ok, JSON.stringify(result));
  return result.reason;
}

describe('security 77 and 78: an access token narrows the grant and never widens it', () => {
  test('without scope and resource it is all', () => {
    assert.deepEqual(access({}), {
      audience: [reports, billing],
      scopes: ['openid', 'offline_access', 'read:reports', 'write:reports', 'pay'],
      lifetimeSeconds: 600,
      alg: 'ES256',
    });
  });

  test('a scope that was not granted is refused, known or not', () => {
    for (const scope of ['profile', 'admin', 'openid admin', 'toString', 'a"b'])
      assert.equal(reason({ scope }), 'scope_not_covered');
  });

  test('a resource that was not granted is refused, beside a good one too', () => {
    for (const resources of [['urn:nobody'], [reports, 'urn:nobody'], ['__proto__'], [`${reports}/`]])
      assert.equal(reason({ resources }), 'target_not_covered');
  });

  test('a resource takes along its own scopes and those of OpenID Connect', () => {
    assert.deepEqual(access({ resources: [billing] }).scopes, ['openid', 'offline_access', 'pay']);
  });

  test('a scope with a resource is what both have', () => {
    assert.deepEqual(access({ scope: 'openid pay', resources: [billing] }).scopes, ['openid', 'pay']);
  });

  test('a scope that the chosen resource does not have leaves nothing to issue', () => {
    assert.equal(reason({ scope: 'pay', resources: [reports] }), 'scope_not_covered');
  });
});

describe('security 82: what the client may no longer have', () => {
  test('is left out', () => {
    const narrowed = spa({ apis: { [reports]: ['read:reports'], [billing]: ['pay'] } });
    assert.deepEqual(access({}, { client: narrowed }).scopes, ['openid', 'offline_access', 'read:reports', 'pay']);
    const withoutBilling = spa({ apis: { [reports]: ['read:reports'] } });
    assert.deepEqual(access({}, { client: withoutBilling }).audience, [reports]);
  });

  test('cannot be asked for by itself', () => {
    const narrowed = spa({ apis: { [reports]: ['read:reports'] } });
    assert.equal(reason({ scope: 'write:reports' }, { client: narrowed }), 'scope_not_covered');
    assert.equal(reason({ resources: [billing] }, { client: narrowed }), 'target_not_covered');
  });

  test('ends the grant when nothing is left of it', () => {
    assert.equal(reason({}, { client: spa({ apis: {} }) }), 'permission_removed');
    assert.equal(reason({}, { client: spa({ apis: { [reports]: [], [billing]: [] } }) }), 'permission_removed');
    assert.equal(
      reason({}, { known: catalogue(api({ scopes: {} }), billingApi({ scopes: {} })) }),
      'permission_removed',
    );
    assert.equal(reason({ resources: ['urn:nobody'] }, { client: spa({ apis: {} }) }), 'permission_removed');
  });

  test('counts by the offline switch for refresh tokens alone', () => {
    const off = catalogue(api({ allowOfflineAccess: false }), billingApi());
    assert.deepEqual(access({}, { known: off }).audience, [billing]);
    const once = accessOf(wide, { resources: [] }, client, off, 'once');
    assert.ok(once.ok && once.access.audience.length === 2);
  });
});

describe('a grant without APIs', () => {
  const plain = grant({ apis: {} });

  test('is for the issuer alone', () => {
    assert.deepEqual(access({}, { of: plain }), {
      audience: [],
      scopes: ['openid', 'offline_access'],
      lifetimeSeconds: 3600,
      alg: 'ES256',
    });
  });

  test('has no permission to lose', () => assert.ok(ask({}, { of: plain, client: spa({ apis: {} }) }).ok));
});

test('an API granted without scopes stands by itself', () => {
  assert.deepEqual(access({}, { of: grant({ scopes: ['openid'], apis: { [billing]: [] } }) }).audience, [billing]);
});

describe('the terms of a token', () => {
  test('browser clients have a lifetime of their own', () => {
    const lifetime = (who: typeof client) => {
      const terms = termsOf([api()], [], who);
      return terms.ok && terms.access.lifetimeSeconds;
    };
    assert.deepEqual([lifetime(spa()), lifetime(web()), lifetime(spa({ type: 'native' }))], [600, 3600, 3600]);
  });

  test('of several APIs the strictest lifetime counts', () => {
    const terms = termsOf([api(), billingApi({ accessTokenSeconds: 900 })], [], web());
    assert.ok(terms.ok && terms.access.lifetimeSeconds === 900);
  });

  test('APIs that sign by different algorithms do not share a token', () => {
    const mixed = catalogue(api(), billingApi({ accessTokenAlg: 'RS256' }));
    assert.equal(reason({}, { known: mixed }), 'target_algs_differ');
    assert.equal(access({ resources: [billing] }, { known: mixed }).alg, 'RS256');
  });
});

test('whatever is asked, a token holds only what was granted and what is asked', () => {
  const scopes = fc.option(fc.array(fc.constantFrom(...scopeNames(wide), 'profile', 'admin'), { maxLength: 4 }), {
    nil: undefined,
  });
  const resources = fc.array(fc.constantFrom<string>(reports, billing, 'urn:nobody'), { maxLength: 3 });
  const clients = fc
    .record({ [reports]: fc.subarray(['read:reports', 'write:reports']), [billing]: fc.subarray(['pay']) })
    .map((apis) => spa({ apis }));
  fc.assert(
    fc.property(scopes, resources, clients, (names, wanted, who) => {
      const result = ask({ scope: names?.join(' '), resources: wanted }, { client: who });
      if (!result.ok) return;
      const allowed = [...wide.scopes, ...Object.values(who.apis).flat()];
      for (const scope of result.access.scopes) {
        assert.ok(scopeNames(wide).includes(scope) && allowed.includes(scope));
        assert.ok(names === undefined || names.length === 0 || names.includes(scope));
      }
      assert.ok(names === undefined || names.length === 0 || result.access.scopes.length > 0);
      for (const audience of result.access.audience) {
        assert.ok(Object.hasOwn(wide.apis, audience));
        assert.ok(wanted.length === 0 || wanted.includes(audience));
      }
    }),
    { numRuns: 500 },
  );
});
