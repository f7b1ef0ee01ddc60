import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { api, billing, billingApi, catalogue, reports, web } from '../family.fixture.ts';
import { decideClientCredentials } from './client-credentials.ts';

const both = { [reports]: ['read:reports', 'write:reports'], [billing]: ['pay'] };
const apis = catalogue(api(), billingApi());
const decide = (
  request: { scope?: string; resources?: string[]; proofKey?: string },
  changes = {},
  isAuthenticated = true,
) =>
  decideClientCredentials({ resources: [], ...request }, web({ type: 'service', ...changes }), isAuthenticated, apis);

function accessOf(...question: Parameters<typeof decide>) {
  const decision = decide(...question);
  assert.ok(decision.kind === 'granted', JSON.stringify(decision));
  return decision.answer.access;
}

function reasonOf(...question: Parameters<typeof decide>) {
  const decision = decide(...question);
  assert.ok(decision.kind === 'refused');
  assert.equal(decision.plan, undefined);
  return decision.refusal.reason;
}

test('security 71: only for clients that authenticated', () => {
  assert.equal(reasonOf({}, {}, false), 'grant_type_not_allowed');
});

test('security 71: the token is for the client itself: no user, no refresh token, no ID token, and nothing is stored', () => {
  const decision = decide({ scope: 'read:reports' });
  assert.ok(decision.kind === 'granted');
  const { access, ...rest } = decision.answer;
  assert.deepEqual(rest, { clientId: 'lab-web', subject: 'lab-web' });
  assert.deepEqual(access, { audience: [reports], scopes: ['read:reports'], lifetimeSeconds: 3600, alg: 'ES256' });
  for (const [part, list] of Object.entries(decision.plan)) assert.deepEqual(list, [], part);
});

test('security 107: it is bound to the key that was proved', () => {
  const decision = decide({ proofKey: 'key' });
  assert.equal(decision.kind === 'granted' && decision.answer.proofKey, 'key');
});

describe('what is asked for', () => {
  test("nothing: the client's only API with all its scopes", () => {
    const access = accessOf({});
    assert.deepEqual([access.audience, access.scopes], [[reports], ['read:reports', 'write:reports']]);
  });

  test('nothing, with several APIs: it must say which', () => {
    assert.equal(reasonOf({}, { apis: both }), 'target_missing');
    assert.equal(reasonOf({}, { apis: {} }), 'target_unknown');
  });

  test('a resource: all that the client may do there', () => {
    const access = accessOf({ resources: [reports] }, { apis: both });
    assert.deepEqual([access.audience, access.scopes], [[reports], ['read:reports', 'write:reports']]);
  });

  test('a scope: the API that owns it', () => {
    assert.deepEqual(accessOf({ scope: 'pay' }, { apis: both }).audience, [billing]);
  });

  test('several: the strictest lifetime', () => {
    const access = accessOf({ resources: [reports, billing] }, { apis: both });
    assert.deepEqual(access.audience, [reports, billing]);
    assert.equal(access.lifetimeSeconds, 900);
  });

  test('more than the client may have, or what belongs to users alone: invalid_scope', () => {
    for (const scope of ['admin', 'read:reports admin', 'openid', 'offline_access read:reports'])
      assert.equal(reasonOf({ scope }), 'scope_not_covered', scope);
    assert.equal(reasonOf({ scope: 'pay', resources: [reports] }, { apis: both }), 'scope_not_covered');
  });

  test('an API of somebody else: invalid_target', () => {
    assert.equal(reasonOf({ resources: [billing] }), 'target_unknown');
    assert.equal(reasonOf({ resources: ['urn:nobody'] }), 'target_unknown');
  });

  test('a malformed scope: invalid_scope', () => assert.equal(reasonOf({ scope: 'a"b' }), 'scope_malformed'));
});
