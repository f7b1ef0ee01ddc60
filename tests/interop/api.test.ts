import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { auth, createAccessTokenVerifier, requiredScopes, type AccessTokenVerifier } from '@ostiary/api';
import { apiSecret, labApiWithSecret } from '@ostiary/http/feed-fixture';
import { api, labSpa, labWeb, redeem, webSecret, type TestBrowser } from '@ostiary/http/fixture';
import { disableUser, enableUser, rotateKeys } from '@ostiary/service';
import express from 'express';
import * as oauth from 'oauth4webapi';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';

let issuer: ServedIssuer;
let verifier: AccessTokenVerifier;
let url = '';
const closing: (() => unknown)[] = [];

before(async () => {
  issuer = await serveIssuer({
    apis: [labApiWithSecret()],
    clients: [{ metadata: labSpa() }, withSecret(labWeb({ apis: { [api]: ['eq1'] } }))],
  });
  closing.push(() => issuer.close());
  verifier = open();
  const app = express();
  app.use(auth({ verifier }));
  app.get('/reports', requiredScopes('eq1'), (req, res) => void res.json(req.auth?.claims.sub));
  const server = app.listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}/reports`;
  closing.push(() => server.close());
  await verifier.ready();
});
after(async () => {
  for (const close of closing.toReversed()) await close();
});

/** A verifier of the API, which follows the feed. */
function open(revocations: object = {}): AccessTokenVerifier {
  const settings = { issuerBaseURL: issuer.issuer, audience: api, now: issuer.clock.now };
  const opened = createAccessTokenVerifier({ ...settings, revocations: { clientSecret: apiSecret, ...revocations } });
  closing.push(() => opened.close());
  return opened;
}

/** One browser profile of a person, with the tokens of an app in it. */
interface Profile {
  browser: TestBrowser;
  accessToken: string;
  refreshToken: string;
  idToken: string;
}

const request = (path: string, init?: RequestInit) => fetch(issuer.issuer + path, init);

async function signIn(who: string): Promise<Profile> {
  // Limits on sign-ins, and endings of the second before, are no matter here.
  issuer.clock.advance(20);
  const browser = issuer.browser();
  const code = (await browser.authorize({}, who)).get('code') ?? '';
  const { body } = await redeem({ request }, code);
  return {
    browser,
    accessToken: String(body['access_token']),
    refreshToken: String(body['refresh_token']),
    idToken: String(body['id_token']),
  };
}

async function ask(accessToken: string): Promise<{ status: number; reason: unknown }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}`, connection: 'close' } });
  const body = (await response.json()) as { reason?: string } | string;
  return { status: response.status, reason: typeof body === 'string' ? undefined : body.reason };
}

/** What is done on the account page, and confirmed. */
async function act(browser: TestBrowser, path: string, fields: Record<string, string> = {}): Promise<void> {
  const { html } = await browser.open('/account');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, confirm: 'yes', ...fields });
  assert.equal((await browser.open(path, { method: 'POST', body })).status, 200);
}

function revoke(token: string) {
  return request('/revoke', { method: 'POST', body: new URLSearchParams({ client_id: 'lab-spa', token }) });
}

/** The API accepts until something is done, and refuses within a second. Milliseconds that it took. */
async function refusedAfter(accessToken: string, end: () => Promise<unknown>): Promise<number> {
  assert.deepEqual(await ask(accessToken), { status: 200, reason: undefined });
  await end();
  const endedAt = performance.now();
  let answer = await ask(accessToken);
  while (answer.status === 200 && performance.now() - endedAt < 5_000) answer = await ask(accessToken);
  assert.deepEqual(answer, { status: 401, reason: 'revoked' });
  return performance.now() - endedAt;
}

describe('a JWT is refused by the API within a second, and others go on', () => {
  const ways: [string, (profile: Profile, other: Profile) => Promise<unknown>][] = [
    [
      'the device was removed on the account page',
      (_lost, desk) => act(desk.browser, '/account/devices/remove-others'),
    ],
    ['the user withdrew the consent', ({ browser }) => act(browser, '/account/apps/withdraw', { client: 'lab-spa' })],
    ['the user signed out', ({ browser, idToken }) => browser.open(`/end-session?id_token_hint=${idToken}`)],
    ['the refresh token was revoked', ({ refreshToken }) => revoke(refreshToken)],
    ['the access token was revoked', ({ accessToken }) => revoke(accessToken)],
    ['the user signed out everywhere', (_lost, desk) => act(desk.browser, '/account/sign-out-everywhere')],
    ['the user was disabled', () => disableUser(issuer.service, 'ada@example.com')],
  ];
  for (const [what, end] of ways)
    it(what, async (context) => {
      await enableUser(issuer.service, 'ada@example.com');
      const bob = await signIn('bob');
      const [lost, desk] = [await signIn('ada'), await signIn('ada')];
      const tookMs = await refusedAfter(lost.accessToken, () => end(lost, desk));
      context.diagnostic(`refused ${tookMs.toFixed(0)} ms later`);
      assert.ok(tookMs < 1_000, `${tookMs} ms`);
      assert.equal((await ask(bob.accessToken)).status, 200);
      if (what.includes('device')) assert.equal((await ask(desk.accessToken)).status, 200);
    });

  it('and nobody asked the issuer about a token', () => {
    assert.equal(verifier.state().introspection, undefined);
    assert.equal(verifier.state().revocations?.way, 'stream');
  });
});

describe('a verifier that was not there when it happened', () => {
  it('knows before it accepts the first request', async () => {
    const { accessToken, refreshToken } = await signIn('bob');
    await refusedAfter(accessToken, () => revoke(refreshToken));
    const facts = { authorization: `Bearer ${accessToken}`, method: 'GET', url };
    const result = await open().verify(facts);
    assert.ok(!result.ok && result.refusal.reason === 'revoked');
  });

  it('gets nothing with a wrong secret, and accepts nobody', async () => {
    const { accessToken } = await signIn('bob');
    const settings = { issuerBaseURL: issuer.issuer, audience: api, now: issuer.clock.now, timeoutDuration: 1_000 };
    const closed = createAccessTokenVerifier({ ...settings, revocations: { clientSecret: 'wrong' } });
    closing.push(() => closed.close());
    const result = await closed.verify({ authorization: `Bearer ${accessToken}`, method: 'GET', url });
    assert.ok(!result.ok && result.answer.status === 503);
    assert.match(closed.state().revocations?.trouble ?? '', /answered 401/);
  });

  it('may ask the issuer about each token', async () => {
    const asking = open({ maxStaleSeconds: 0, whenStale: 'introspect' });
    const [living, ended] = [await signIn('bob'), await signIn('bob')];
    await revoke(ended.refreshToken);
    const facts = ({ accessToken }: Profile) => ({ authorization: `Bearer ${accessToken}`, method: 'GET', url });
    await asking.ready();
    assert.ok((await asking.verify(facts(living))).ok);
    const result = await asking.verify(facts(ended));
    assert.ok(!result.ok && ['inactive', 'revoked'].includes(result.refusal.reason));
    assert.equal(asking.state().introspection?.trouble, undefined);
  });
});

describe('a rotation of the issuer\u2019s keys', () => {
  it('fails not one verification', async () => {
    const before = await signIn('bob');
    const [made] = await rotateKeys(issuer.service);
    assert.ok(made);
    assert.equal((await ask(before.accessToken)).status, 200);
    issuer.clock.advance(700);
    const afterwards = await signIn('bob');
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    assert.notEqual(kidOf(afterwards.accessToken), kidOf(before.accessToken));
    const statuses = await Promise.all(
      [before, afterwards, before, afterwards].map(async (each) => (await ask(each.accessToken)).status),
    );
    assert.deepEqual(statuses, [200, 200, 200, 200]);
  });
});

describe('oauth4webapi with DPoP', () => {
  it('calls the API with a token that is bound to its key; as a bearer token nobody can use it', async () => {
    const as = { issuer: issuer.issuer, token_endpoint: `${issuer.issuer}/token` };
    const client: oauth.Client = { client_id: 'lab-web', [oauth.clockSkew]: issuer.clock.offsetMs() / 1000 };
    const insecure = { [oauth.allowInsecureRequests]: true };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const grant = () =>
      oauth.clientCredentialsGrantRequest(
        as,
        client,
        oauth.ClientSecretBasic(webSecret),
        new URLSearchParams({ scope: 'eq1' }),
        { DPoP, ...insecure },
      );
    // The first answer tells the nonce of the issuer.
    await oauth.processClientCredentialsResponse(as, client, await grant()).catch(() => undefined);
    const { access_token: token, token_type: type } = await oauth.processClientCredentialsResponse(
      as,
      client,
      await grant(),
    );
    assert.equal(type, 'dpop');
    const answer = await oauth.protectedResourceRequest(token, 'GET', new URL(url), undefined, null, {
      DPoP,
      ...insecure,
    });
    assert.equal(await answer.json(), 'lab-web');
    assert.deepEqual(await ask(token), { status: 401, reason: 'bound_as_bearer' });
  });
});
