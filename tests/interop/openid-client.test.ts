import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labSpa, labWeb, webSecret, type TestBrowser } from '@ostiary/http/fixture';
import type { ClientId, PublicJwk } from '@ostiary/wire';
import * as client from 'openid-client';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';

const spaCallback = 'http://localhost:4001/callback';
const webCallback = 'http://localhost:4002/callback';
const goodbye = 'http://localhost:4001/';
const api = 'https://api.lab.example';

let server: ServedIssuer;
let keys: CryptoKeyPair;

before(async () => {
  keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const publicKey = (await crypto.subtle.exportKey('jwk', keys.publicKey)) as PublicJwk;
  const grants = { grant_types: ['client_credentials' as const], redirect_uris: [], type: 'service' as const };
  server = await serveIssuer({
    clients: [
      { metadata: labSpa() },
      withSecret(labWeb({ id_token_signed_response_alg: 'RS256' })),
      withSecret(
        labWeb({ ...grants, client_id: 'lab-post' as ClientId, token_endpoint_auth_method: 'client_secret_post' }),
      ),
      {
        metadata: labWeb({
          ...grants,
          client_id: 'lab-jwt' as ClientId,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [publicKey] },
        }),
      },
    ],
  });
});
after(() => server.close());

/** The library set up by discovery, as its users do; signatures of ID tokens are checked too. */
function discover(
  clientId: string,
  authentication: client.ClientAuth,
  metadata: Partial<client.ClientMetadata> = {},
): Promise<client.Configuration> {
  return client.discovery(new URL(server.issuer), clientId, metadata, authentication, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });
}

const asSpa = () => discover('lab-spa', client.None(), { id_token_signed_response_alg: 'ES256' });
const asWeb = () => discover('lab-web', client.ClientSecretBasic(webSecret));

interface SignedIn {
  config: client.Configuration;
  browser: TestBrowser;
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
}

/** A person signs in through the library: its URL, its checks. */
async function signIn(
  config: client.Configuration,
  changes: Record<string, string> = {},
  browser = server.browser(),
): Promise<SignedIn> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: config.clientMetadata().client_id === 'lab-spa' ? spaCallback : webCallback,
    scope: 'openid profile email offline_access eq1',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...changes,
  });
  const page = await browser.follow(url.href);
  const answer =
    page.leftTo === undefined
      ? new Request(page.action, { method: 'POST', body: new URLSearchParams(page.hidden) })
      : new URL(page.leftTo);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 3600, idTokenExpected: true };
  return { config, browser, tokens: await client.authorizationCodeGrant(config, answer, checks) };
}

/** What the library makes of an error answer. */
function isErrorAnswer(error: string, description: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof client.ResponseBodyError, String(thrown));
    assert.equal(thrown.error, error);
    assert.match(thrown.error_description ?? '', description);
    return true;
  };
}

/** What the library makes of a 401: it shows the challenge and leaves the body unread. */
function isChallenge(description: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof client.WWWAuthenticateChallengeError, String(thrown));
    assert.equal(thrown.status, 401);
    const [challenge] = thrown.cause;
    assert.equal(challenge?.scheme, 'basic');
    assert.equal(challenge.parameters.error, 'invalid_client');
    assert.equal(challenge.parameters.error_description, description);
    return true;
  };
}

function refreshTokenOf({ tokens }: SignedIn): string {
  assert.ok(tokens.refresh_token !== undefined, 'no refresh token');
  return tokens.refresh_token;
}

describe('openid-client', () => {
  it('discovers the issuer by OpenID Connect Discovery and by RFC 8414', async () => {
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const config = await client.discovery(new URL(server.issuer), 'lab-spa', {}, client.None(), {
        execute: [client.allowInsecureRequests],
        algorithm,
      });
      const metadata = config.serverMetadata();
      assert.equal(metadata.issuer, server.issuer);
      assert.equal(metadata.token_endpoint, `${server.issuer}/token`);
      assert.equal(metadata.supportsPKCE(), true);
    }
  });

  it('signs a public client in by code and PKCE, with an ID token by ES256', async () => {
    const { tokens } = await signIn(await asSpa());
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.expires_in, 3600);
    assert.equal(tokens.scope, 'openid profile email offline_access eq1');
    assert.equal(algOf(tokens.id_token), 'ES256');
    assert.equal(tokens.claims()?.['name'], 'Ada');
    assert.equal(tokens.claims()?.['email'], 'ada@example.com');
  });

  it('signs a confidential client in, with an ID token by RS256', async () => {
    const { tokens } = await signIn(await asWeb());
    assert.equal(algOf(tokens.id_token), 'RS256');
    assert.equal(tokens.claims()?.aud, 'lab-web');
  });

  it('reads an answer by form_post', async () => {
    const { tokens } = await signIn(await asWeb(), { response_mode: 'form_post' });
    assert.equal(tokens.claims()?.aud, 'lab-web');
  });

  it('does without PKCE where that is waived, with a nonce', async () => {
    const waived = await serveIssuer({ clients: [withSecret(labWeb({ requirePkce: false }))] });
    try {
      const config = await client.discovery(
        new URL(waived.issuer),
        'lab-web',
        { id_token_signed_response_alg: 'ES256' },
        client.ClientSecretBasic(webSecret),
        { execute: [client.allowInsecureRequests] },
      );
      const url = client.buildAuthorizationUrl(config, { redirect_uri: webCallback, scope: 'openid', nonce: 'n-1' });
      const page = await waived.browser().follow(url.href);
      const tokens = await client.authorizationCodeGrant(config, new URL(page.leftTo ?? ''), { expectedNonce: 'n-1' });
      assert.equal(tokens.claims()?.nonce, 'n-1');
    } finally {
      await waived.close();
    }
  });

  it('accepts an answer to prompt=none, and reads login_required of a browser that is not signed in', async () => {
    const config = await asSpa();
    const { browser } = await signIn(config);
    const { tokens } = await signIn(config, { prompt: 'none' }, browser);
    assert.equal(tokens.claims()?.['name'], 'Ada');
    await assert.rejects(signIn(config, { prompt: 'none' }), (thrown) => {
      assert.ok(thrown instanceof client.AuthorizationResponseError);
      assert.equal(thrown.error, 'login_required');
      return true;
    });
  });

  it('checks the issuer of the authorization response (RFC 9207)', async () => {
    const config = await asSpa();
    const foreign = new URL(`${spaCallback}?code=x&iss=${encodeURIComponent('https://elsewhere.example')}`);
    await assert.rejects(client.authorizationCodeGrant(config, foreign), { code: 'OAUTH_INVALID_RESPONSE' });
  });

  it('fetches UserInfo and compares its sub', async () => {
    const { config, tokens } = await signIn(await asSpa());
    const sub = tokens.claims()?.sub ?? '';
    assert.deepEqual(await client.fetchUserInfo(config, tokens.access_token, sub), {
      name: 'Ada',
      email: 'ada@example.com',
      sub,
    });
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, 'usr_somebody-else'));
  });

  it('refreshes with rotation: a new refresh token, the same person', async () => {
    const signedIn = await signIn(await asSpa());
    const first = refreshTokenOf(signedIn);
    const renewed = await client.refreshTokenGrant(signedIn.config, first);
    assert.notEqual(renewed.refresh_token, first);
    assert.notEqual(renewed.access_token, signedIn.tokens.access_token);
    assert.equal(renewed.claims()?.sub, signedIn.tokens.claims()?.sub);
  });

  it('refreshes without rotation: the same refresh token again', async () => {
    const signedIn = await signIn(await asWeb());
    const first = refreshTokenOf(signedIn);
    const renewed = await client.refreshTokenGrant(signedIn.config, first, { scope: 'openid eq1' });
    assert.equal(renewed.refresh_token, first);
    assert.equal(renewed.scope, 'openid eq1');
  });

  it('reads the refusal of a token that was used twice', async () => {
    const signedIn = await signIn(await asSpa());
    const first = refreshTokenOf(signedIn);
    const second = await client.refreshTokenGrant(signedIn.config, first);
    await client.refreshTokenGrant(signedIn.config, second.refresh_token ?? '');
    await assert.rejects(
      client.refreshTokenGrant(signedIn.config, first),
      isErrorAnswer('invalid_grant', /used before; this session has been ended/),
    );
  });

  it('revokes a refresh token, and with it the access token', async () => {
    const signedIn = await signIn(await asSpa());
    await client.tokenRevocation(signedIn.config, refreshTokenOf(signedIn), { token_type_hint: 'refresh_token' });
    await assert.rejects(
      client.refreshTokenGrant(signedIn.config, refreshTokenOf(signedIn)),
      isErrorAnswer('invalid_grant', /revoked_by_client/),
    );
    const { access_token: accessToken } = signedIn.tokens;
    await assert.rejects(client.fetchUserInfo(signedIn.config, accessToken, client.skipSubjectCheck), (thrown) => {
      assert.ok(thrown instanceof client.WWWAuthenticateChallengeError);
      assert.equal(thrown.cause[0]?.parameters.error, 'invalid_token');
      return true;
    });
  });

  it('introspects access and refresh tokens', async () => {
    const { config, tokens } = await signIn(await asWeb());
    const access = await client.tokenIntrospection(config, tokens.access_token);
    assert.equal(access.active, true);
    assert.equal(access.aud, api);
    assert.equal(access.sub, tokens.claims()?.sub);
    const refresh = await client.tokenIntrospection(config, tokens.refresh_token ?? '');
    assert.equal(refresh.active, true);
    assert.equal(refresh.token_type, 'refresh_token');
    await client.tokenRevocation(config, tokens.access_token);
    assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
    assert.deepEqual(await client.tokenIntrospection(config, 'nonsense'), { active: false });
  });

  it('signs out by its end-session URL, which ends what was bound to the session', async () => {
    const signedIn = await signIn(await asSpa());
    const { config, tokens, browser } = signedIn;
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: goodbye,
      state: 'farewell',
    });
    const page = await browser.open(url.href);
    assert.equal(page.leftTo, `${goodbye}?state=farewell`);
    await assert.rejects(
      client.refreshTokenGrant(config, refreshTokenOf(signedIn)),
      isErrorAnswer('invalid_grant', /signed_out/),
    );
  });
});

describe('openid-client, client_credentials', () => {
  const expected = { token_type: 'bearer', expires_in: 3600, scope: 'read:reports eq1' };

  async function grant(config: client.Configuration, parameters: Record<string, string> = {}) {
    const { access_token: accessToken, ...rest } = await client.clientCredentialsGrant(config, parameters);
    assert.equal(typeof accessToken, 'string');
    return { ...rest };
  }

  it('authenticates by ClientSecretBasic', async () => {
    assert.deepEqual(await grant(await asWeb()), expected);
  });

  it('authenticates by ClientSecretPost', async () => {
    assert.deepEqual(await grant(await discover('lab-post', client.ClientSecretPost(webSecret))), expected);
  });

  it('names an API by resource, and a part of its scopes', async () => {
    assert.deepEqual(await grant(await asWeb(), { resource: api, scope: 'eq1' }), { ...expected, scope: 'eq1' });
  });

  it('reads the refusal of a wrong secret', async () => {
    const config = await discover('lab-web', client.ClientSecretBasic('wrong'));
    await assert.rejects(client.clientCredentialsGrant(config), isChallenge('client authentication failed'));
  });

  it('authenticates by PrivateKeyJwt with the audience the library chooses: the issuer alone', async () => {
    let audience: unknown;
    const authentication = client.PrivateKeyJwt(keys.privateKey, {
      [client.modifyAssertion]: (_header, payload) => {
        audience = payload['aud'];
      },
    });
    assert.deepEqual(await grant(await discover('lab-jwt', authentication)), expected);
    assert.equal(audience, server.issuer);
  });

  for (const [what, audience] of [
    ['the token endpoint', (issuer: string) => `${issuer}/token`],
    ['a list, even of the issuer alone', (issuer: string) => [issuer]],
  ] as const) {
    it(`refuses an assertion whose audience is ${what}, and says what it must be (RFC 10070)`, async () => {
      const authentication = client.PrivateKeyJwt(keys.privateKey, {
        [client.modifyAssertion]: (_header, payload) => {
          payload['aud'] = audience(server.issuer);
        },
      });
      const config = await discover('lab-jwt', authentication);
      await assert.rejects(
        client.clientCredentialsGrant(config),
        isChallenge('the audience of the client assertion must be the issuer identifier, as a single string'),
      );
    });
  }

  it('refuses an assertion that was used before', async () => {
    const authentication = client.PrivateKeyJwt(keys.privateKey, {
      [client.modifyAssertion]: (_header, payload) => {
        payload['jti'] = 'the-same-each-time';
      },
    });
    const config = await discover('lab-jwt', authentication);
    await client.clientCredentialsGrant(config);
    await assert.rejects(client.clientCredentialsGrant(config), isChallenge('the client assertion was used before'));
  });
});

function algOf(jwt = ''): unknown {
  const header: { alg?: unknown } = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString());
  return header.alg;
}
