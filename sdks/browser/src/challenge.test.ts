import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { challengeOf } from './challenge.ts';

const asked = (header: string) =>
  challengeOf(new Response(null, { status: 401, headers: { 'www-authenticate': header } }));

describe('what an API asks for', () => {
  it('a newer and stronger sign-in (RFC 9470)', () => {
    const header = 'Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age="300"';
    assert.deepEqual(asked(header), {
      kind: 'insufficientUserAuthentication',
      acrValues: 'gold silver',
      maxAgeSeconds: 300,
    });
  });
  it('a permission (RFC 6750)', () => {
    assert.deepEqual(asked('DPoP realm="api", error="insufficient_scope", scope="read:reports"'), {
      kind: 'insufficientScope',
      scope: 'read:reports',
    });
  });
  it('without saying more', () => {
    assert.deepEqual(asked('Bearer error=insufficient_scope'), { kind: 'insufficientScope', scope: undefined });
    const { maxAgeSeconds } = asked('Bearer error="insufficient_user_authentication"') as { maxAgeSeconds?: number };
    assert.equal(maxAgeSeconds, undefined);
  });
  for (const header of ['Bearer error="invalid_token"', 'Bearer', 'Basic realm="insufficient_scope"'])
    it(`nothing that signing in would give: ${header}`, () => assert.equal(asked(header), undefined));
  it('nothing, in an answer without a challenge', () => assert.equal(challengeOf(new Response()), undefined));
});
