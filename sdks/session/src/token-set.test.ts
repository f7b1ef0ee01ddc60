import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, isAccessTokenExpired } from './jwt.ts';
import { sessionEnd } from './session-end.ts';
import { isExpired, tokenSetOf } from './token-set.ts';

const nowMs = 1_800_000_000_000;
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('a token set', () => {
  it('reckons its end from the time of the request', () => {
    const set = tokenSetOf({ access_token: 'at', token_type: 'Bearer', expires_in: 60 }, undefined, nowMs);
    assert.deepEqual(JSON.parse(JSON.stringify(set)), {
      accessToken: 'at',
      tokenType: 'Bearer',
      obtainedAtMs: nowMs,
      expiresAtMs: nowMs + 60_000,
    });
    assert.equal(isExpired(set, nowMs + 59_999), false);
    assert.equal(isExpired(set, nowMs + 60_000), true);
    assert.equal(isExpired(set, nowMs + 50_000, 10), true);
  });

  it('takes the end from the token where the answer names none, and knows none for an opaque token', () => {
    const at = (access_token: string) => tokenSetOf({ access_token, token_type: 'Bearer' }, undefined, nowMs);
    assert.equal(at(jwt({ exp: 1_800_000_009 })).expiresAtMs, 1_800_000_009_000);
    assert.equal(at('opaque').expiresAtMs, undefined);
    assert.equal(isExpired(at('opaque'), Number.MAX_SAFE_INTEGER), false);
  });

  it('keeps what an answer leaves out', () => {
    const first = tokenSetOf(
      {
        access_token: 'a',
        token_type: 'Bearer',
        scope: 'openid',
        id_token: 'i',
        refresh_token: 'r',
        refresh_token_expires_in: 9,
        authorization_expires_in: 99,
      },
      undefined,
      nowMs,
    );
    const next = tokenSetOf({ access_token: 'b', token_type: 'Bearer' }, first, nowMs + 1);
    assert.deepEqual(next, { ...first, accessToken: 'b', obtainedAtMs: nowMs + 1 });
  });
});

describe('the end of a session in sight', () => {
  const set = (more: object) => ({ accessToken: 'a', tokenType: 'Bearer', obtainedAtMs: nowMs, ...more });
  it('is the earlier of both limits, and can be moved while the other lies further', () => {
    const idle = { refreshToken: 'r', refreshExpiresAtMs: nowMs + 10 };
    assert.deepEqual(sessionEnd(set(idle)), { endsAtMs: nowMs + 10, canExtend: true });
    assert.deepEqual(sessionEnd(set({ ...idle, sessionExpiresAtMs: nowMs + 20 })), {
      endsAtMs: nowMs + 10,
      canExtend: true,
    });
    assert.deepEqual(sessionEnd(set({ ...idle, sessionExpiresAtMs: nowMs + 10 })), {
      endsAtMs: nowMs + 10,
      canExtend: false,
    });
  });
  it('is not known without a limit or a refresh token', () => {
    assert.equal(sessionEnd(set({ refreshToken: 'r' })), undefined);
    assert.equal(sessionEnd(set({ refreshExpiresAtMs: 1 })), undefined);
  });
});

describe('looking into a token', () => {
  it('reads its claims, umlauts and all', () => assert.deepEqual(decode(jwt({ name: 'Zoë' })), { name: 'Zoë' }));
  for (const text of ['', 'opaque', 'a.b', 'a.%%%.c', 'a.bnVsbA.c', 'a.NQ.c'])
    it(`finds nothing in "${text}"`, () => assert.equal(decode(text), undefined));
  it('says whether it is over', () => {
    assert.equal(isAccessTokenExpired(jwt({ exp: 100 }), 100_000), true);
    assert.equal(isAccessTokenExpired(jwt({ exp: 100 }), 99_999), false);
    assert.equal(isAccessTokenExpired('opaque', 0), false);
  });
});
