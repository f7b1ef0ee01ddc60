import assert from 'node:assert/strict';
import { after, before, describe, mock, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { browserAt, redirectSnippets, secrets, signInAt, startExampleIssuer } from './served-snippets.ts';
import type * as Api from './snippets/api.ts';
import type * as Service from './snippets/service.ts';
import type * as WebApp from './snippets/web-app.ts';

let program: IssuerProgram;
let webApp: typeof WebApp;
let api: typeof Api;
let service: typeof Service;

before(async () => {
  program = await startExampleIssuer();
  redirectSnippets({ 'http://localhost:4000': program.issuer });
  [webApp, api, service] = await Promise.all([
    import('./snippets/web-app.ts'),
    import('./snippets/api.ts'),
    import('./snippets/service.ts'),
  ]);
});
after(() => program.close());

async function signIn(browser = browserAt(program.issuer)): Promise<WebApp.SignedIn> {
  const { url, pending } = await webApp.startSignIn();
  return webApp.finishSignIn(await signInAt(browser, url), pending);
}

/** Whatever is asked over the network meanwhile gets this answer; none at all without one. */
async function answering<T>(answer: Response | undefined, work: () => Promise<T>): Promise<T> {
  const replaced = mock.method(globalThis, 'fetch', async () => {
    if (answer === undefined) throw new TypeError('fetch failed');
    return answer.clone();
  });
  try {
    return await work();
  } finally {
    replaced.mock.restore();
  }
}

const busy = () =>
  Response.json({ error: 'temporarily_unavailable' }, { status: 503, headers: { 'Retry-After': '2' } });
const tooMany = () => Response.json({ error: 'slow_down' }, { status: 429 });
const proxyPage = () => new Response('<h1>502</h1>', { status: 502, headers: { 'Content-Type': 'text/html' } });

describe('a web app with openid-client', () => {
  test('signs in, and knows who it is', async () => {
    const session = await signIn();
    assert.equal(session.name, 'Ada');
    assert.match(session.sub, /^usr_/);
    assert.ok(session.refreshToken !== undefined && session.expiresAtMs > Date.now());
  });

  test('renews side by side without harm', async () => {
    const session = await signIn();
    const [one, other] = await Promise.all([webApp.renew(session), webApp.renew(session)]);
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(one.refreshToken, session.refreshToken);
    assert.equal(other.refreshToken, session.refreshToken);
    assert.notEqual(one.accessToken, session.accessToken);
  });

  for (const [what, answer] of [
    ['a busy server', busy()],
    ['too many tries', tooMany()],
    ['the page of a proxy', proxyPage()],
    ['no answer', undefined],
  ] as const) {
    test(`does not take ${what} for the end of the session`, async () => {
      const session = await signIn();
      await assert.rejects(answering(answer, () => webApp.renew(session)));
      assert.ok((await webApp.renew(session)) !== undefined);
    });
  }

  test('signs out: the refresh token ends, and the browser comes back', async () => {
    const browser = browserAt(program.issuer);
    const session = await signIn(browser);
    const page = await browser.open((await webApp.signOut(session)).href);
    assert.equal(page.leftTo, 'http://localhost:3001/');
    assert.equal(await webApp.renew(session), undefined);
  });

  test('keeps a refresh token that outlives the session at Ostiary until it ends it', async () => {
    const browser = browserAt(program.issuer);
    const session = await signIn(browser);
    await browser.open(`/end-session?id_token_hint=${session.idToken}`);
    assert.ok((await webApp.renew(session)) !== undefined);
  });

  test('is refused with the authentication method that the library has by default', async () => {
    const config = await client.discovery(
      new URL(program.issuer),
      'example-web',
      secrets.EXAMPLE_WEB_SECRET,
      undefined,
      { execute: [client.allowInsecureRequests] },
    );
    await assert.rejects(client.refreshTokenGrant(config, 'any'), (fault) => {
      assert.ok(fault instanceof client.WWWAuthenticateChallengeError);
      assert.match(fault.cause[0]?.parameters['error_description'] ?? '', /another authentication method/);
      return true;
    });
  });
});

describe('an API with jose', () => {
  const bearer = (token: string | undefined) => `Bearer ${token}`;

  test('takes a token with the scope, and knows the user', async () => {
    const { accessToken, sub } = await signIn();
    const checked = await api.checkAccessToken(bearer(accessToken), 'read:reports');
    assert.ok(checked.status === 200);
    assert.equal(checked.claims.sub, sub);
  });

  test('refuses a request without a token, and one with something else', async () => {
    const { idToken } = await signIn();
    assert.deepEqual(await api.checkAccessToken(undefined, 'read:reports'), { status: 401, challenge: 'Bearer' });
    const invalid = { status: 401, challenge: 'Bearer error="invalid_token"' };
    assert.deepEqual(await api.checkAccessToken(bearer(idToken), 'read:reports'), invalid);
    assert.deepEqual(await api.checkAccessToken(bearer('nonsense'), 'read:reports'), invalid);
  });

  /** A token that says all the right things, but for what a test changes. */
  async function tokenBy(alg: string, typ: string, audience = 'https://api.example.com', issuer = program.issuer) {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const token = await new SignJWT({ client_id: 'example-spa', scope: 'read:reports', jti: '1', sub: 'usr_1' })
      .setProtectedHeader({ alg, typ, kid: 'k' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    return { token, jwks: Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }) };
  }

  test('refuses a token that somebody else signed', async () => {
    const { token } = await tokenBy('ES256', 'at+jwt');
    const checked = await api.checkAccessToken(bearer(token), 'read:reports');
    assert.deepEqual(checked, { status: 401, challenge: 'Bearer error="invalid_token"' });
  });

  for (const [what, status, made] of [
    ['takes one that is right in all', 200, () => tokenBy('ES256', 'at+jwt')],
    ['refuses another type', 401, () => tokenBy('ES256', 'JWT')],
    ['refuses another algorithm', 401, () => tokenBy('RS256', 'at+jwt')],
    ['refuses another audience', 401, () => tokenBy('ES256', 'at+jwt', 'https://other.example.com')],
    ['refuses another issuer', 401, () => tokenBy('ES256', 'at+jwt', undefined, 'https://other.example.com')],
  ] as const) {
    test(`of tokens by a key that it trusts, ${what}`, async () => {
      const { token, jwks } = await made();
      const specifier = `./snippets/api.ts?${what}`;
      const { checkAccessToken }: typeof Api = await import(specifier);
      const checked = await answering(jwks, () => checkAccessToken(bearer(token), 'read:reports'));
      assert.equal(checked.status, status);
    });
  }

  test('says 403 and names the scope where it is missing', async () => {
    const { accessToken } = await signIn();
    const checked = await api.checkAccessToken(bearer(accessToken), 'write:reports');
    assert.equal(checked.status, 403);
    assert.equal(
      'challenge' in checked && checked.challenge,
      'Bearer error="insufficient_scope", scope="write:reports"',
    );
  });

  test('says 503, not 401, when the keys cannot be had', async () => {
    const { accessToken } = await signIn();
    // A copy that has fetched no keys yet.
    const specifier = './snippets/api.ts?fresh';
    const { checkAccessToken }: typeof Api = await import(specifier);
    for (const answer of [undefined, busy()]) {
      const checked = await answering(answer, () => checkAccessToken(bearer(accessToken), 'read:reports'));
      assert.deepEqual(checked, { status: 503 });
    }
    assert.equal((await checkAccessToken(bearer(accessToken), 'read:reports')).status, 200);
  });

  test('goes on with the token of a user who was disabled, until it expires', async () => {
    const { accessToken, refreshToken } = await signIn();
    await program.command('user', 'disable', '--username', 'ada@example.com');
    try {
      assert.equal((await api.checkAccessToken(bearer(accessToken), 'read:reports')).status, 200);
      const authorization = bearer(accessToken);
      assert.equal((await fetch(`${program.issuer}/userinfo`, { headers: { authorization } })).status, 401);
      assert.ok(refreshToken !== undefined);
      const basic = Buffer.from(`example-web:${secrets.EXAMPLE_WEB_SECRET}`).toString('base64');
      const headers = { authorization: `Basic ${basic}` };
      const ask = (path: string, form: Record<string, string>) =>
        fetch(program.issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) });
      const introspected = await ask('/introspect', { token: accessToken });
      assert.deepEqual(await introspected.json(), { active: false });
      const renewed = await ask('/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
      assert.equal(((await renewed.json()) as { error_cause: string }).error_cause, 'user_disabled');
    } finally {
      await program.command('user', 'enable', '--username', 'ada@example.com');
    }
  });
});

describe('a service with openid-client', () => {
  test('asks for a token once, and the API takes it', async () => {
    const token = await service.getAccessToken();
    assert.equal(await answering(undefined, () => service.getAccessToken()), token);
    const checked = await api.checkAccessToken(`Bearer ${token}`, 'read:reports');
    assert.ok(checked.status === 200);
    assert.equal(checked.claims.sub, 'example-job');
    assert.equal(checked.claims['client_id'], 'example-job');
  });
});
