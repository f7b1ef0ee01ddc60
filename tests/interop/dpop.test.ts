import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labSpa, labWeb } from '@ostiary/http/fixture';
import type { ClientId } from '@ostiary/wire';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';

const callback = 'http://localhost:4001/callback';
const api = 'https://api.lab.example';
const secret = 'lab-web-secret';

let server: ServedIssuer;
before(async () => {
  const service = { type: 'service', grant_types: ['client_credentials'], redirect_uris: [] } as const;
  server = await serveIssuer({
    clients: [
      { metadata: labSpa({ dpop_bound_access_tokens: true }) },
      withSecret(
        labWeb({
          ...service,
          grant_types: [...service.grant_types],
          redirect_uris: [],
          client_id: 'worker' as ClientId,
        }),
      ),
    ],
  });
});
after(() => server.close());

/** Leads the person to the app; the address of the answer. */
async function follow(url: URL): Promise<URL> {
  const { leftTo, html } = await server.browser().follow(url.href);
  assert.ok(leftTo !== undefined, html);
  return new URL(leftTo);
}

for (const alg of ['ES256', 'PS256', 'Ed25519']) {
  describe(`openid-client with DPoP by ${alg}: it repeats with the nonce by itself`, () => {
    it('signs in with dpop_jkt, renews without rotation, reads userinfo', async () => {
      const config = await openid.discovery(
        new URL(server.issuer),
        'lab-spa',
        { id_token_signed_response_alg: 'ES256' },
        openid.None(),
        {
          execute: [openid.allowInsecureRequests],
        },
      );
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg));
      const pkceCodeVerifier = openid.randomPKCECodeVerifier();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid offline_access eq1',
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        dpop_jkt: await DPoP.calculateThumbprint(),
      });
      const checks = { pkceCodeVerifier, idTokenExpected: true };
      const tokens = await openid.authorizationCodeGrant(config, await follow(url), checks, undefined, { DPoP });
      assert.equal(tokens.token_type, 'dpop');
      const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
      assert.equal(renewed.token_type, 'dpop');
      assert.equal(renewed.refresh_token, tokens.refresh_token);
      const person = await openid.fetchUserInfo(config, renewed.access_token, tokens.claims()?.sub ?? '', { DPoP });
      assert.equal(person.sub, tokens.claims()?.sub);
      // A new nonce: the library has an old one, and learns.
      server.clock.advance(900);
      assert.equal(
        (await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })).token_type,
        'dpop',
      );
    });

    it('gets a bound token for itself', async () => {
      const config = await openid.discovery(new URL(server.issuer), 'worker', {}, openid.ClientSecretBasic(secret), {
        execute: [openid.allowInsecureRequests],
      });
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg));
      const tokens = await openid.clientCredentialsGrant(config, { scope: 'eq1', resource: api }, { DPoP });
      assert.equal(tokens.token_type, 'dpop');
    });
  });
}

describe('oauth4webapi with DPoP: the caller repeats with the nonce', () => {
  const insecurely = { [oauth.allowInsecureRequests]: true };
  const client: oauth.Client = { client_id: 'worker' };
  const authentication = oauth.ClientSecretBasic(secret);

  it('says that a nonce is asked for, has learned it, and validates the token as an API does', async () => {
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecurely));
    assert.ok(as.dpop_signing_alg_values_supported?.includes('ES256'));
    const keys = await oauth.generateKeyPair('ES256');
    // The issuer's clock is ahead after the tests before: the library is told so.
    const skewed: oauth.Client = { ...client, [oauth.clockSkew]: server.clock.offsetMs() / 1000 };
    const DPoP = oauth.DPoP(skewed, keys);
    const form = new URLSearchParams({ scope: 'eq1', resource: api });
    const ask = async () => {
      const options = { ...insecurely, DPoP };
      const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, form, options);
      return oauth.processClientCredentialsResponse(as, client, response);
    };
    await assert.rejects(ask(), (thrown) => oauth.isDPoPNonceError(thrown));
    const tokens = await ask();
    assert.equal(tokens.token_type, 'dpop');
    let sent = new Request(`${api}/reports`);
    await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(sent.url), undefined, undefined, {
      DPoP,
      [oauth.customFetch]: async (url, init) => {
        sent = new Request(url, { method: init.method, headers: init.headers });
        return new Response();
      },
    });
    const claims = await oauth.validateJwtAccessToken(as, sent, api, {
      ...insecurely,
      requireDPoP: true,
      [oauth.clockSkew]: server.clock.offsetMs() / 1000,
    });
    assert.equal((claims.cnf as { jkt: string }).jkt, await DPoP.calculateThumbprint());
  });
});
