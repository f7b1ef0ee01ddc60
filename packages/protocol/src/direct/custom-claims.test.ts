import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { customClaimsFlaw, customClaimsNow, isReservedClaim } from './custom-claims.ts';

const allowed = ['role', 'desks', 'exp'];
const flaw = (claims: Record<string, unknown>) => customClaimsFlaw(claims, allowed);

describe('claims of a back end for its access tokens', () => {
  test('are those that its registration names', () => {
    assert.equal(flaw({ role: 'editor', desks: [1, { floor: null }] }), undefined);
    assert.deepEqual(flaw({ tenant: 't1' }), { reason: 'claim_not_allowed', parameter: 'tenant' });
  });

  test('are never those that the issuer sets, whatever the registration says', () => {
    assert.deepEqual(flaw({ exp: 9e9 }), { reason: 'claim_not_allowed', parameter: 'exp' });
    for (const name of ['iss', 'sub', 'aud', 'scope', 'cnf', 'fam', 'uep', 'client_id'])
      assert.ok(isReservedClaim(name));
  });

  test('come back from JSON as they went in, and are short', () => {
    for (const value of [undefined, NaN, new Date(0), () => 1, 1n, { at: undefined }])
      assert.equal(flaw({ role: value })?.reason, 'claim_not_allowed');
    assert.equal(flaw({ role: 'x'.repeat(3000) })?.reason, 'parameter_too_long');
  });

  test('stay in the tokens of a grant as long as the registration names them', () => {
    const given = { role: 'editor', exp: 1, desk: 17 };
    const now = (names: string[]) => customClaimsNow(given, { generateTokens: { claims: names } });
    assert.deepEqual(now(['role', 'desk']), { role: 'editor', desk: 17 });
    assert.deepEqual(now(['desk', 'exp']), { desk: 17 });
    assert.deepEqual([now([]), customClaimsNow(given, {}), customClaimsNow(undefined, {})], Array(3).fill(undefined));
  });
});
