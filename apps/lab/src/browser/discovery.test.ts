import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readEndpoints } from './discovery.ts';

const issuer = 'http://localhost:4000';
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  end_session_endpoint: `${issuer}/end-session`,
};

it('the endpoints are taken from the discovery document', () => {
  assert.deepEqual(readEndpoints(JSON.stringify(metadata), issuer), {
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    endSessionEndpoint: `${issuer}/end-session`,
  });
});

it('OpenID Connect Discovery section 4.3: a document that names another issuer is not used', () => {
  assert.equal(readEndpoints(JSON.stringify({ ...metadata, issuer: `${issuer}/` }), issuer), undefined);
  assert.equal(readEndpoints('<html>', issuer), undefined);
  assert.equal(readEndpoints('', issuer), undefined);
});
