import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GenerateTokensError, openOstiary } from './embed.ts';
import type { Embedded, TokenPayload } from './embed.ts';

const issuer = 'http://localhost:4000/id';
const secret = 'a-secret-of-the-back-end';
const authorization = `Basic ${Buffer.from(`back-end:${secret}`).toString('base64')}`;
const yearSeconds = 365 * 86_400;

const config = {
  issuer,
  storage: 'sqlite::memory:',
  logLevel: 'silent' as const,
  apis: [{ identifier: 'https://api.example.com', name: 'API', scopes: { read: 'Read' }, allowOfflineAccess: true }],
  clients: [
    {
      client_id: 'back-end',
      type: 'web' as const,
      client_secret: secret,
      apis: { 'https://api.example.com': ['read'] },
      refresh: { absoluteSeconds: yearSeconds },
      generateTokens: { claims: ['role'] },
    },
    { client_id: 'other', type: 'web' as const, client_secret: secret, redirect_uris: ['https://other.example/cb'] },
  ],
  users: [{ username: 'ada@example.com', password: 'ada-demo-password' }],
};

let nowMs = Date.UTC(2026, 5, 1);
let ostiary: Embedded;
before(async () => {
  const clock = { now: () => nowMs };
  ostiary = await openOstiary({ config, development: true, masterKey: Buffer.alloc(32, 1), clock });
});
after(() => ostiary.close());

const payload: TokenPayload = { username: 'ada@example.com', clientId: 'back-end' };

async function refresh(refreshToken: string | undefined) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' });
  const request = new Request(`${issuer}/token`, { method: 'POST', body, headers: { authorization } });
  const response = await ostiary.handler(request, { address: '192.0.2.1' });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function claimsOf(jwt: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString());
}

const reasonOf = (wrong: Partial<TokenPayload>) =>
  ostiary.generateTokens({ ...payload, ...wrong }).then(
    () => 'made',
    (fault: unknown) => (fault instanceof GenerateTokensError ? fault.reason : fault),
  );

describe('S2: generateTokens() in the process of a back end', () => {
  it('gives an access token of an hour and a refresh token of a year, made with different keys', async () => {
    const tokens = await ostiary.generateTokens({ ...payload, claims: { role: 'editor' } });
    const nowSeconds = nowMs / 1000;
    assert.equal(tokens.accessTokenExpiresAt, nowSeconds + 3600);
    assert.equal(tokens.refreshTokenExpiresAt, nowSeconds + yearSeconds);
    const claims = claimsOf(tokens.accessToken);
    assert.deepEqual([claims['iss'], claims['client_id'], claims['role']], [issuer, 'back-end', 'editor']);
    assert.match(String(claims['sub']), /^usr_/);
    assert.match(tokens.refreshToken ?? '', /^ort_/);
  });

  it('keeps the claims of the back end at every refresh', async () => {
    const { refreshToken } = await ostiary.generateTokens({ ...payload, claims: { role: 'editor' } });
    nowMs += 3_700_000;
    const { status, body } = await refresh(refreshToken);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(claimsOf(body['access_token'])['role'], 'editor');
  });

  it('after the year the user is validated again, and there is a new pair', async () => {
    const { refreshToken } = await ostiary.generateTokens(payload);
    nowMs += yearSeconds * 1000;
    const { status, body } = await refresh(refreshToken);
    assert.deepEqual([status, body['error'], body['error_cause']], [400, 'invalid_grant', 'absolute_expired']);
    assert.equal((await refresh((await ostiary.generateTokens(payload)).refreshToken)).status, 200);
  });

  it('takes the id of a user in place of the name', async () => {
    const { accessToken } = await ostiary.generateTokens(payload);
    const { username: _, ...rest } = payload;
    const userId = String(claimsOf(accessToken)['sub']);
    assert.equal(claimsOf((await ostiary.generateTokens({ ...rest, userId })).accessToken)['sub'], userId);
  });

  it('refuses with a reason what is not registered, not known or not allowed', async () => {
    assert.equal(await reasonOf({ claims: { sub: 'usr_eve' } }), 'claim_not_allowed');
    assert.equal(await reasonOf({ claims: { tenant: 'x' } }), 'claim_not_allowed');
    assert.equal(await reasonOf({ username: 'nobody@example.com' }), 'user_unknown');
    assert.equal(await reasonOf({ clientId: 'nobody' }), 'client_unknown');
    assert.equal(await reasonOf({ clientId: 'other' }), 'generate_tokens_not_allowed');
    assert.equal(await reasonOf({ scope: 'write' }), 'scope_not_covered');
    await assert.rejects(ostiary.generateTokens({ clientId: 'back-end' }), TypeError);
  });

  it('is the whole issuer at its address', async () => {
    const answer = await ostiary.handler(new Request(`${issuer}/.well-known/openid-configuration`));
    assert.equal(((await answer.json()) as { issuer: string }).issuer, issuer);
  });
});

describe('an embedded configuration', () => {
  it('is checked as a file is', async () => {
    await assert.rejects(openOstiary({ config: { issuer: 'http://example.com' } }), /issuer: must begin with https/);
  });
});
