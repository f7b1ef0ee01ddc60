import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { api, billing, billingApi, catalogue, grant, reports, spa } from '../family.fixture.ts';
import { missingForOffline } from './offline.ts';

const consented = { scopes: ['openid', 'offline_access'] };

describe('OIDC Core 11, security 74 and 81: a refresh token needs all of', () => {
  test('nothing is missing', () => assert.equal(missingForOffline(grant(), spa(), consented, catalogue()), undefined));

  test('the scope offline_access', () => {
    const missing = missingForOffline(grant({ scopes: ['openid'] }), spa(), consented, catalogue());
    assert.equal(missing, 'scope_offline_access_not_requested');
  });

  test('a client registered for the grant', () => {
    const missing = missingForOffline(grant(), spa({ grant_types: ['authorization_code'] }), consented, catalogue());
    assert.equal(missing, 'grant_type_refresh_token_not_registered');
  });

  test("the user's consent to it", () => {
    const missing = missingForOffline(grant(), spa(), { scopes: ['openid'] }, catalogue());
    assert.equal(missing, 'consent_to_offline_access_missing');
  });

  test('the switch of every API', () => {
    const both = grant({ apis: { [reports]: [], [billing]: [] } });
    const missing = missingForOffline(
      both,
      spa(),
      consented,
      catalogue(api(), billingApi({ allowOfflineAccess: false })),
    );
    assert.equal(missing, 'api_does_not_allow_offline_access');
  });

  test('but no API at all: the token is then for the issuer', () => {
    assert.equal(missingForOffline(grant({ apis: {} }), spa(), consented, catalogue()), undefined);
  });
});
