import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { OstiaryConfig } from 'ostiary';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { serveOnLoopback, type LoopbackServer } from '../support/loopback-server.ts';
import { password, redirectSnippets } from './served-snippets.ts';
import type * as BackEnd from './snippets/first-party-back-end.ts';
import type * as Embed from './snippets/first-party-embed.ts';
import type * as PageApp from './snippets/first-party-page.ts';
import type * as Phone from './snippets/first-party-phone.ts';

const username = 'ada@example.com';
const secret = 'a-secret-of-the-back-end';
const apis = [
  {
    identifier: 'https://api.example.com',
    name: 'Reports',
    scopes: { 'read:reports': 'Read' },
    allowOfflineAccess: true,
  },
];
const shared = { directSignIn: true, apis: { 'https://api.example.com': ['read:reports'] } };
const config = (issuer: string): OstiaryConfig => ({
  issuer,
  apis,
  clients: [
    { client_id: 'example-phone', type: 'device', ...shared },
    { client_id: 'example-back-end', type: 'web', client_secret: secret, ...shared },
  ],
  users: [{ username, password, claims: { name: 'Ada' } }],
});

let program: IssuerProgram;
let app: LoopbackServer;
let phone: typeof Phone;
let backEnd: typeof BackEnd;
let page: typeof PageApp;
let embed: typeof Embed;

before(async () => {
  Object.assign(process.env, {
    EXAMPLE_BACK_END_SECRET: secret,
    EXAMPLE_SERVICE_SECRET: secret,
    OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url'),
  });
  program = await startIssuer(config);
  app = await serveOnLoopback(async (request) => {
    const sent = (await request.json()) as Record<string, string>;
    const { refresh_token = '', device_id = '', device_name = '' } = sent;
    const answer = request.url.endsWith('/refresh')
      ? await backEnd.refresh(refresh_token, device_id)
      : await backEnd.signIn(sent['username'] ?? '', sent['password'] ?? '', device_id, device_name);
    return Response.json(answer, { status: answer.error === undefined ? 200 : 400 });
  });
  redirectSnippets({
    'http://localhost:4000': program.issuer,
    'http://localhost:3000': app.origin,
    'sqlite:./data/ostiary.db': 'sqlite::memory:',
  });
  [phone, backEnd, page, embed] = await Promise.all([
    import('./snippets/first-party-phone.ts'),
    import('./snippets/first-party-back-end.ts'),
    import('./snippets/first-party-page.ts'),
    import('./snippets/first-party-embed.ts'),
  ]);
});
after(() => Promise.all([program.close(), app.close(), embed.ostiary.close()]));

describe('an installed app', () => {
  test('signs in with a key of its own, and renews with it', async () => {
    const tokens = await phone.signIn(username, password, 'Ada\u2019s phone');
    assert.equal(tokens['token_type'], 'DPoP', JSON.stringify(tokens));
    const renewed = await phone.renew(String(tokens['refresh_token']));
    assert.equal(typeof renewed['access_token'], 'string', JSON.stringify(renewed));
  });

  test('is told of a wrong password', async () => {
    assert.equal((await phone.signIn(username, 'not the password', 'phone'))['error'], 'access_denied');
  });
});

describe('a back end', () => {
  test('signs in and renews for the device that it names, and for no other', async () => {
    const tokens = await backEnd.signIn(username, password, 'tablet', 'Ada\u2019s tablet');
    assert.ok(tokens.refresh_token_expires_at > tokens.access_token_expires_at, JSON.stringify(tokens));
    assert.equal((await backEnd.refresh(tokens.refresh_token, 'elsewhere')).result, 'invalid');
    assert.equal((await backEnd.refresh(tokens.refresh_token, 'tablet')).error, undefined);
  });

  test('serves a page of its own by the SDK', async () => {
    assert.equal(await page.signIn({ username, password: 'not the password' }), false);
    assert.equal(await page.signIn({ username, password }), true);
    const first = await page.client.getAccessToken();
    await page.client.extend();
    assert.notEqual(await page.client.getAccessToken(), first);
    page.client.close();
  });
});

describe('a program that holds the issuer', () => {
  test('has tokens made for its users, and is told of those that are none', async () => {
    await assert.rejects(embed.tokensFor('nobody@example.com', 'editor'), /no such user/);
    const answer = await embed.ostiary.handler(new Request('https://id.example.com/jwks'));
    assert.equal(answer.status, 200);
  });
});
