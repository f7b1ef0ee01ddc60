import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesToBase64url } from './base64url.ts';
import { idTokenFault, judgeTokenAnswer } from './token-answer.ts';

describe('judgeTokenAnswer', () => {
  it('reads tokens, whatever the case of Bearer', () => {
    for (const tokenType of ['Bearer', 'bearer', 'BEARER']) {
      const body = {
        access_token: 'a',
        token_type: tokenType,
        refresh_token: 'r',
        refresh_token_expires_in: 60,
        scope: 's',
      };
      assert.deepEqual(judgeTokenAnswer(200, JSON.stringify(body)), {
        kind: 'tokens',
        answer: { accessToken: 'a', refreshToken: 'r', idToken: undefined, scope: 's', refreshExpiresInSeconds: 60 },
      });
    }
  });

  it('takes a true invalid_grant for the end', () => {
    const verdict = judgeTokenAnswer(400, '{"error":"invalid_grant","error_description":"It is over"}');
    assert.deepEqual(verdict, { kind: 'ended', reason: 'It is over' });
  });

  const troubles: [name: string, status: number, body: string][] = [
    ['a busy server', 503, '{"error":"temporarily_unavailable"}'],
    ['too many requests', 429, '{"error":"slow_down"}'],
    ['invalid_grant under another status', 500, '{"error":"invalid_grant"}'],
    ['another error', 400, '{"error":"invalid_scope"}'],
    ['a page of a proxy', 400, '<html>invalid_grant</html>'],
    ['half a JSON text', 200, '{"access_token":"a","token_ty'],
    ['nothing', 200, ''],
    ['an answer without tokens', 200, '{}'],
    ['another token type', 200, '{"access_token":"a","token_type":"mac"}'],
    ['JSON that is no object', 200, '["invalid_grant"]'],
  ];
  for (const [name, status, body] of troubles) {
    it(`keeps everything after ${name}`, () => assert.equal(judgeTokenAnswer(status, body).kind, 'keep'));
  }
});

describe('idTokenFault', () => {
  const expected = { issuer: 'http://localhost:4000', clientId: 'lab-spa', nonce: 'n', nowMs: 5000 };
  const good = { iss: expected.issuer, aud: 'lab-spa', nonce: 'n', exp: 6 };
  const idToken = (claims: object) =>
    `e30.${bytesToBase64url(new TextEncoder().encode(JSON.stringify({ ...good, ...claims })))}.c2ln`;

  it('finds none in the token that was asked for', () => {
    assert.equal(idTokenFault(idToken({}), expected), undefined);
    assert.equal(idTokenFault(idToken({ aud: ['other', 'lab-spa'] }), expected), undefined);
  });

  for (const claims of [
    { iss: 'x' },
    { aud: 'other' },
    { nonce: 'm' },
    { nonce: undefined },
    { exp: 5 },
    { exp: undefined },
  ]) {
    it(`finds one in a token with ${JSON.stringify(claims)}`, () => {
      assert.notEqual(idTokenFault(idToken(claims), expected), undefined);
    });
  }

  it('finds one where there is no token', () => {
    assert.notEqual(idTokenFault(undefined, expected), undefined);
  });
});
