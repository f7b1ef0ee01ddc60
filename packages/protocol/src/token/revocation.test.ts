import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessTokenClaims } from '@ostiary/wire';
import { ada, adaFamily, family, laptop, nowMs, reports, spa, spaId, webId } from '../family.fixture.ts';
import { decideRevocation } from './revocation.ts';

const claims: AccessTokenClaims = {
  iss: 'https://id.example',
  sub: ada,
  aud: reports,
  client_id: spaId,
  scope: 'read:reports',
  iat: nowMs / 1000 - 60,
  exp: nowMs / 1000 + 600,
  jti: 'jti-1',
};

describe('RFC 7009 2.1: revocation', () => {
  test('security 126: a refresh token of any age ends its family, on this device alone', () => {
    const plan = decideRevocation({ kind: 'refresh', family: family() }, spa(), nowMs);
    assert.deepEqual(plan?.ends, [{ kind: 'family', id: adaFamily, cause: 'revoked_by_client', atMs: nowMs }]);
    assert.deepEqual(plan.events, [
      {
        userId: ada,
        clientId: spaId,
        deviceId: laptop,
        familyId: adaFamily,
        kind: 'family_ended',
        cause: 'revoked_by_client',
      },
    ]);
  });

  test("security 126: another client's token stays untouched", () => {
    const other = spa({ client_id: webId });
    assert.equal(decideRevocation({ kind: 'refresh', family: family() }, other, nowMs), undefined);
    assert.equal(decideRevocation({ kind: 'access', claims }, other, nowMs), undefined);
  });

  test('an unknown token, an ended family and an expired token change nothing', () => {
    assert.equal(decideRevocation(undefined, spa(), nowMs), undefined);
    const ended = family({ endedAtMs: nowMs - 1, endCause: 'signed_out' });
    assert.equal(decideRevocation({ kind: 'refresh', family: ended }, spa(), nowMs), undefined);
    assert.equal(decideRevocation({ kind: 'access', claims }, spa(), claims.exp * 1000), undefined);
  });

  test('an access token is taken back by its id until it would have expired', () => {
    const plan = decideRevocation({ kind: 'access', claims }, spa(), nowMs);
    const expiresAtMs = claims.exp * 1000;
    assert.deepEqual(plan?.inserts, [{ kind: 'revokedToken', tokenId: 'jti-1', expiresAtMs, atMs: nowMs }]);
    assert.deepEqual(plan.ends, []);
  });
});
