import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVICE_CLIENT, type Target } from '../subject.ts';
import { clientCredentialsExchange, codeExchange, discoveryExchange, refreshExchange } from './exchange.ts';

const TARGET: Target = {
  origin: 'http://localhost:4000',
  tokenPath: '/token',
  discoveryPath: '/.well-known/openid-configuration',
  serviceClient: SERVICE_CLIENT,
};
const TOKENS = { access_token: 'a.b.c', id_token: 'd.e.f', refresh_token: 'new' };

function ok(body: object): { status: number; body: string } {
  return { status: 200, body: JSON.stringify(body) };
}

test('a refresh sends the newest token as a form and adopts the successor', () => {
  const family = { clientId: 'spa', refreshToken: 'old' };
  const { request, judge } = refreshExchange(TARGET, family);
  assert.match(request, /^POST \/token HTTP\/1\.1\r\nHost: localhost:4000\r\n/);
  const [head = '', body = ''] = request.split('\r\n\r\n');
  assert.equal(body, 'grant_type=refresh_token&client_id=spa&refresh_token=old');
  assert.match(head, new RegExp(`Content-Length: ${body.length}$`));
  assert.equal(judge(ok(TOKENS)), undefined);
  assert.equal(family.refreshToken, 'new');
});

test('a refresh that is refused, incomplete or not rotated is a problem and leaves the family alone', () => {
  const wrong = [
    { status: 400, body: '{"error":"invalid_grant"}' },
    { status: 200, body: '<html>' },
    ok({ ...TOKENS, refresh_token: 'old' }),
    ok({ ...TOKENS, refresh_token: undefined }),
    ok({ ...TOKENS, id_token: undefined }),
    ok({ ...TOKENS, access_token: 'opaque' }),
  ];
  for (const answer of wrong) {
    const family = { clientId: 'spa', refreshToken: 'old' };
    assert.equal(typeof refreshExchange(TARGET, family).judge(answer), 'string', answer.body);
    assert.equal(family.refreshToken, 'old');
  }
});

test('a code exchange gives birth to a family', () => {
  const family = { clientId: 'spa', refreshToken: '' };
  const code = { clientId: 'spa', code: 'c', redirectUri: 'https://a.example/cb', codeVerifier: 'v' };
  const { request, judge } = codeExchange(TARGET, code, family);
  assert.match(request, /grant_type=authorization_code&client_id=spa&code=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb/);
  assert.equal(judge(ok(TOKENS)), undefined);
  assert.equal(family.refreshToken, 'new');
});

test('client credentials need an access token alone', () => {
  const { request, judge } = clientCredentialsExchange(TARGET);
  assert.match(request, /\r\nAuthorization: Basic [A-Za-z0-9+/=]+\r\n/);
  assert.equal(judge(ok({ access_token: 'a.b.c' })), undefined);
  assert.equal(typeof judge(ok({})), 'string');
});

test('discovery needs an issuer', () => {
  const { judge } = discoveryExchange(TARGET);
  assert.equal(judge(ok({ issuer: 'http://localhost:4000' })), undefined);
  assert.equal(typeof judge(ok({ error: 'x' })), 'string');
  assert.equal(typeof judge({ status: 500, body: '{"issuer":"http://localhost:4000"}' }), 'string');
});
