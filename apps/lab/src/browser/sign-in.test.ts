import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { authorizationUrl, makeSignInRequest, readCallback } from './sign-in.ts';

const expected = { state: 's-1', issuer: 'http://localhost:4000' };

it('RFC 7636 section 4.2: the challenge is the SHA-256 of the verifier', async () => {
  const { verifier, challenge } = await makeSignInRequest();
  assert.match(verifier, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(challenge, createHash('sha256').update(verifier).digest('base64url'));
});

it('each request has its own verifier, state and nonce', async () => {
  const [one, other] = [await makeSignInRequest(), await makeSignInRequest()];
  for (const name of ['verifier', 'state', 'nonce'] as const) assert.notEqual(one[name], other[name]);
});

it('the authorization URL carries the challenge and not the verifier', async () => {
  const request = await makeSignInRequest();
  const url = authorizationUrl(request, {
    authorizationEndpoint: 'http://localhost:4000/authorize',
    clientId: 'lab-spa',
    redirectUri: 'http://localhost:4001/callback',
    scope: 'openid offline_access',
  });
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: 'code',
    client_id: 'lab-spa',
    redirect_uri: 'http://localhost:4001/callback',
    scope: 'openid offline_access',
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
  });
});

describe('readCallback', () => {
  const iss = encodeURIComponent(expected.issuer);

  it('takes the code, decoded, wherever it stands', () => {
    const search = `?iss=${iss}&not_code=x&state=s-1&code=a%2Bb%3Dc`;
    assert.deepEqual(readCallback(search, expected), { kind: 'code', code: 'a+b=c' });
  });

  it('is nothing when the page was simply opened', () => {
    assert.deepEqual(readCallback('', expected), { kind: 'none' });
    assert.deepEqual(readCallback('?state=s-1', expected), { kind: 'none' });
  });

  it('refuses the answer to another sign-in, and any answer when none was asked', () => {
    for (const [search, state] of [
      [`?code=c&state=s-2&iss=${iss}`, 's-1'],
      [`?code=c&iss=${iss}`, 's-1'],
      [`?code=c&state=s-1&iss=${iss}`, undefined],
    ] as const) {
      const callback = readCallback(search, { ...expected, state });
      assert.equal(callback.kind === 'error' && callback.error, 'wrong_state');
    }
  });

  it('RFC 9207 section 2.4: refuses another issuer, and one that does not say who it is', () => {
    for (const search of ['?code=c&state=s-1&iss=http%3A%2F%2Fevil.example', '?code=c&state=s-1']) {
      const callback = readCallback(search, expected);
      assert.equal(callback.kind === 'error' && callback.error, 'wrong_issuer');
    }
  });

  it('tells the error of the issuer', () => {
    const search = `?error=access_denied&error_description=Not+now&state=s-1&iss=${iss}`;
    assert.deepEqual(readCallback(search, expected), {
      kind: 'error',
      error: 'access_denied',
      description: 'Not now',
    });
  });
});
