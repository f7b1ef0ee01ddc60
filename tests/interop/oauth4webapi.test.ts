import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labSpa, labWeb, webSecret, type TestBrowser } from '@ostiary/http/fixture';
import type { Store } from '@ostiary/storage';
import type { ClientId, PublicJwk } from '@ostiary/wire';
import * as oauth from 'oauth4webapi';
import { storages, type EmptyStore } from '../support/storages.ts';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';

const callback = 'http://localhost:4001/callback';
const api = 'https://api.lab.example';
/** The library's own word for http on this machine. */
const insecurely = { [oauth.allowInsecureRequests]: true };

let server: ServedIssuer;
let as: oauth.AuthorizationServer;
let keys: CryptoKeyPair;

async function openServer(store: Store): Promise<void> {
  keys = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  const publicKey = (await crypto.subtle.exportKey('jwk', keys.publicKey)) as PublicJwk;
  server = await serveIssuer(
    {
      clients: [
        { metadata: labSpa() },
        withSecret(labWeb({ redirect_uris: [callback], id_token_signed_response_alg: 'RS256' })),
        {
          metadata: labWeb({
            client_id: 'lab-jwt' as ClientId,
            redirect_uris: [callback],
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: [publicKey] },
          }),
        },
      ],
    },
    store,
  );
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecurely));
}

interface Party {
  client: oauth.Client;
  authentication: oauth.ClientAuth;
}

const spa: Party = {
  client: { client_id: 'lab-spa', id_token_signed_response_alg: 'ES256' },
  authentication: oauth.None(),
};
const web: Party = {
  client: { client_id: 'lab-web', id_token_signed_response_alg: 'RS256' },
  authentication: oauth.ClientSecretBasic(webSecret),
};
const byKey = (): Party => ({
  client: { client_id: 'lab-jwt', id_token_signed_response_alg: 'ES256' },
  authentication: oauth.PrivateKeyJwt(keys.privateKey),
});

/** Sends an authorization request and takes the answer's parameters as the library lets them through. */
async function authorize(
  { client }: Party,
  changes: Record<string, string>,
  browser: TestBrowser,
): Promise<{ parameters: URLSearchParams; codeVerifier: string }> {
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid profile email offline_access eq1',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...changes,
  }).toString();
  const page = await browser.follow(url.href);
  assert.ok(page.leftTo !== undefined, page.html);
  return { parameters: oauth.validateAuthResponse(as, client, new URL(page.leftTo), state), codeVerifier };
}

interface SignedIn {
  tokens: oauth.TokenEndpointResponse;
  claims: oauth.IDToken;
}

async function signIn(party: Party, changes: Record<string, string> = {}, browser = server.browser()) {
  const { client, authentication } = party;
  const expectedNonce = oauth.generateRandomNonce();
  const { parameters, codeVerifier } = await authorize(party, { nonce: expectedNonce, ...changes }, browser);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    callback,
    codeVerifier,
    insecurely,
  );
  const checks = { expectedNonce, maxAge: 3600, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
  await oauth.validateApplicationLevelSignature(as, response, insecurely);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.ok(claims !== undefined);
  return { tokens, claims } satisfies SignedIn;
}

async function refresh({ client, authentication }: Party, refreshToken = '') {
  const response = await oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, insecurely);
  return oauth.processRefreshTokenResponse(as, client, response);
}

async function revoke({ client, authentication }: Party, token: string) {
  const response = await oauth.revocationRequest(as, client, authentication, token, insecurely);
  await oauth.processRevocationResponse(response);
}

async function introspect({ client, authentication }: Party, token: string) {
  const response = await oauth.introspectionRequest(as, client, authentication, token, insecurely);
  return oauth.processIntrospectionResponse(as, client, response);
}

async function userInfo({ client }: Party, accessToken: string, sub: string) {
  const response = await oauth.userInfoRequest(as, client, accessToken, insecurely);
  return oauth.processUserInfoResponse(as, client, sub, response);
}

function callWith(accessToken: string): Request {
  return new Request(`${api}/reports`, { headers: { authorization: `Bearer ${accessToken}` } });
}

for (const { name, open } of storages) {
  describe(`oauth4webapi, with the data in ${name}`, () => {
    let empty: EmptyStore;
    before(async () => {
      empty = await open();
      await openServer(empty.store);
    });
    after(async () => {
      await server.close();
      await empty.remove();
    });

    it('discovers the issuer by RFC 8414 as by OpenID Connect Discovery', async () => {
      const issuer = new URL(server.issuer);
      const response = await oauth.discoveryRequest(issuer, { ...insecurely, algorithm: 'oauth2' });
      assert.deepEqual(await oauth.processDiscoveryResponse(issuer, response), as);
    });

    for (const [what, party] of [
      ['a public client', () => spa],
      ['a client with a secret, RS256', () => web],
      ['a client with a key, EdDSA', byKey],
    ] as const) {
      it(`processes an authorization code answer with nonce and max_age: ${what}`, async () => {
        const { client } = party();
        const { tokens, claims } = await signIn(party(), { max_age: '3600' });
        assert.equal(tokens.token_type, 'bearer');
        assert.equal(claims.aud, client.client_id);
        assert.equal(claims['name'], 'Ada');
      });
    }

    it('processes an answer whose ID token has no nonce, when none was sent', async () => {
      const { parameters, codeVerifier } = await authorize(spa, {}, server.browser());
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        spa.client,
        spa.authentication,
        parameters,
        callback,
        codeVerifier,
        insecurely,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, spa.client, response, {
        expectedNonce: oauth.expectNoNonce,
        requireIdToken: true,
      });
      assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.nonce, undefined);
    });

    it('takes a plain OAuth answer without the scope openid', async () => {
      const { parameters, codeVerifier } = await authorize(web, { scope: 'eq1' }, server.browser());
      const { client, authentication } = web;
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        parameters,
        callback,
        codeVerifier,
        insecurely,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
      assert.equal(tokens.id_token, undefined);
      assert.equal(tokens.refresh_token, undefined);
      assert.equal(tokens.scope, 'eq1');
    });

    it('reads errors of the authorization endpoint, with iss and state', async () => {
      await assert.rejects(authorize(spa, { prompt: 'none' }, server.browser()), (thrown) => {
        assert.ok(thrown instanceof oauth.AuthorizationResponseError, String(thrown));
        assert.equal(thrown.error, 'login_required');
        assert.equal(thrown.error_description, 'the user must sign in');
        return true;
      });
    });

    it('processes a refresh with rotation and without', async () => {
      const { tokens: rotating, claims } = await signIn(spa);
      const renewed = await refresh(spa, rotating.refresh_token);
      assert.notEqual(renewed.refresh_token, rotating.refresh_token);
      assert.equal(oauth.getValidatedIdTokenClaims(renewed)?.sub, claims.sub);
      assert.equal(oauth.getValidatedIdTokenClaims(renewed)?.auth_time, claims.auth_time);
      const { tokens: lasting } = await signIn(web);
      assert.equal((await refresh(web, lasting.refresh_token)).refresh_token, lasting.refresh_token);
    });

    it('reads the expiry of a refresh token as numbers', async () => {
      const { tokens } = await signIn(spa);
      assert.equal(tokens['refresh_token_expires_in'], 1_209_600);
      assert.equal(tokens['refresh_token_timeout'], 1_209_600);
      assert.equal(tokens['authorization_expires_in'], 7_776_000);
    });

    it('reads the refusal of an unknown refresh token', async () => {
      await assert.rejects(refresh(spa, 'ort_unknown'), (thrown) => {
        assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
        assert.equal(thrown.status, 400);
        assert.equal(thrown.error, 'invalid_grant');
        return true;
      });
    });

    it('processes UserInfo with its sub, and the refusal of a token that is none', async () => {
      const { tokens, claims } = await signIn(spa);
      const expected = { name: 'Ada', email: 'ada@example.com', sub: claims.sub };
      assert.deepEqual(await userInfo(spa, tokens.access_token, claims.sub), expected);
      await assert.rejects(userInfo(spa, 'nonsense', claims.sub), (thrown) => {
        assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
        assert.deepEqual(thrown.cause[0]?.parameters, {
          error: 'invalid_token',
          error_description: 'the access token is not valid',
        });
        return true;
      });
    });

    it('processes revocations of refresh and access tokens', async () => {
      const { tokens, claims } = await signIn(web);
      await revoke(web, tokens.access_token);
      await assert.rejects(userInfo(web, tokens.access_token, claims.sub), oauth.WWWAuthenticateChallengeError);
      await revoke(web, tokens.refresh_token ?? '');
      await assert.rejects(refresh(web, tokens.refresh_token), oauth.ResponseBodyError);
      await revoke(spa, 'a token nobody knows');
    });

    it('processes introspection, for confidential clients alone', async () => {
      const { tokens, claims } = await signIn(web);
      const answer = await introspect(web, tokens.access_token);
      assert.equal(answer.active, true);
      assert.equal(answer.client_id, 'lab-web');
      assert.equal(answer.sub, claims.sub);
      assert.equal(answer.aud, api);
      assert.deepEqual(await introspect(byKey(), tokens.refresh_token ?? ''), { active: false });
      await assert.rejects(introspect(spa, tokens.access_token), (thrown) => {
        assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
        assert.equal(thrown.error, 'unauthorized_client');
        return true;
      });
    });

    it('processes a client_credentials answer', async () => {
      const { client, authentication } = byKey();
      const response = await oauth.clientCredentialsGrantRequest(
        as,
        client,
        authentication,
        new URLSearchParams({ resource: api, scope: 'eq1' }),
        insecurely,
      );
      const tokens = await oauth.processClientCredentialsResponse(as, client, response);
      assert.equal(tokens.scope, 'eq1');
      const claims = await oauth.validateJwtAccessToken(as, callWith(tokens.access_token), api, insecurely);
      assert.equal(claims.sub, 'lab-jwt');
    });

    it('validates the access token as an API does (RFC 9068)', async () => {
      const { tokens, claims: idClaims } = await signIn(spa);
      const claims = await oauth.validateJwtAccessToken(as, callWith(tokens.access_token), api, insecurely);
      assert.equal(claims.sub, idClaims.sub);
      assert.equal(claims.client_id, 'lab-spa');
      assert.equal(claims.scope, 'openid profile email offline_access eq1');
      assert.equal(claims.auth_time, idClaims.auth_time);
      await assert.rejects(
        oauth.validateJwtAccessToken(as, callWith(tokens.access_token), 'https://other.example', insecurely),
        { code: oauth.JWT_CLAIM_COMPARISON },
      );
      await assert.rejects(
        oauth.validateJwtAccessToken(as, callWith(tokens.id_token ?? ''), server.issuer, insecurely),
      );
    });

    // The last: it moves the clock of the issuer, and the library's with it.
    it('asks for the password again when max_age has passed, and says when that was', async () => {
      const party = { ...spa, client: { ...spa.client, [oauth.clockSkew]: 61 } };
      const browser = server.browser();
      const first = await signIn(spa, {}, browser);
      server.clock.advance(61);
      const same = await signIn(party, { max_age: '3600' }, browser);
      assert.equal(same.claims.auth_time, first.claims.auth_time);
      const again = await signIn(party, { max_age: '60' }, browser);
      assert.ok(Number(again.claims.auth_time) >= Number(first.claims.auth_time) + 61);
    });
  });
}
