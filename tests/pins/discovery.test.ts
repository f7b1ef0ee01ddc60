import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openIssuer, type TestIssuer } from '@ostiary/http/fixture';

const secretOrKey = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const assertionAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

const document = {
  issuer: 'http://localhost:4000',
  authorization_endpoint: 'http://localhost:4000/authorize',
  token_endpoint: 'http://localhost:4000/token',
  userinfo_endpoint: 'http://localhost:4000/userinfo',
  jwks_uri: 'http://localhost:4000/jwks',
  revocation_endpoint: 'http://localhost:4000/revoke',
  introspection_endpoint: 'http://localhost:4000/introspect',
  end_session_endpoint: 'http://localhost:4000/end-session',
  revocation_feed_endpoint: 'http://localhost:4000/revocations',
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'read:reports', 'eq1'],
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'form_post'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  token_endpoint_auth_methods_supported: ['none', ...secretOrKey],
  token_endpoint_auth_signing_alg_values_supported: assertionAlgs,
  revocation_endpoint_auth_methods_supported: ['none', ...secretOrKey],
  revocation_endpoint_auth_signing_alg_values_supported: assertionAlgs,
  introspection_endpoint_auth_methods_supported: secretOrKey,
  introspection_endpoint_auth_signing_alg_values_supported: assertionAlgs,
  code_challenge_methods_supported: ['S256'],
  dpop_signing_alg_values_supported: assertionAlgs,
  prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  display_values_supported: ['page'],
  claim_types_supported: ['normal'],
  claims_supported: [
    'sub',
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
    'email',
    'email_verified',
    'address',
    'phone_number',
    'phone_number_verified',
    'auth_time',
    'acr',
    'amr',
    'sid',
  ],
  acr_values_supported: ['1'],
  ui_locales_supported: ['en', 'de'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  authorization_response_iss_parameter_supported: true,
};

describe('discovery and keys', () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await openIssuer();
  });
  after(() => issuer.close());

  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    it(`${path} says this`, async () => {
      assert.deepEqual(await (await issuer.request(path)).json(), document);
    });
  }

  it('an issuer with a path has its documents where the two specifications say', async () => {
    const below = await openIssuer({ settings: { issuer: 'https://id.example/auth' } });
    for (const path of ['/auth/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/auth']) {
      const response = await below.request(`https://id.example${path}`);
      assert.equal(response.status, 200, path);
      const { issuer: named, token_endpoint: token } = (await response.json()) as typeof document;
      assert.deepEqual([named, token], ['https://id.example/auth', 'https://id.example/auth/token']);
    }
    await below.close();
  });

  it('the key set has one key for each algorithm in use, with these members', async () => {
    const { keys } = (await (await issuer.request('/jwks')).json()) as { keys: Record<string, string>[] };
    const shapes = keys.map((key) => [key['alg'], Object.keys(key).toSorted().join(' ')].join(': '));
    assert.deepEqual(shapes.toSorted(), ['ES256: alg crv kid kty use x y', 'RS256: alg e kid kty n use']);
    for (const { kid = '', use } of keys) {
      assert.match(kid, /^[A-Za-z0-9_-]{16}$/);
      assert.equal(use, 'sig');
    }
    const modulus = Buffer.from(keys.find(({ alg }) => alg === 'RS256')?.['n'] ?? '', 'base64url');
    assert.equal(modulus.length * 8, 3072);
  });
});
