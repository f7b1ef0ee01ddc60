import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { causeIn, judgeError, judgeReply } from './answer.ts';
import type { Reply, Verdict } from './answer.ts';

const tokens = { access_token: 'at', token_type: 'Bearer', expires_in: 3600, refresh_token: 'rt' };

function answer(status: number, body: unknown, more: Partial<Reply & { kind: 'answer' }> = {}): Verdict {
  return judgeReply({ kind: 'answer', status, body: typeof body === 'string' ? body : JSON.stringify(body), ...more });
}

describe('a good answer', () => {
  it('is taken as it came', () => assert.deepEqual(answer(200, tokens), { kind: 'tokens', answer: tokens }));
  it('needs no refresh token, no lifetime, and may have more', () => {
    const least = { access_token: 'at', token_type: 'bearer', extra: true };
    assert.deepEqual(answer(200, least), { kind: 'tokens', answer: least });
  });
});

describe('only a well-formed invalid_grant ends a session', () => {
  it('with its description', () => {
    const error = { code: 'invalid_grant', description: 'over' };
    assert.deepEqual(answer(400, { error: 'invalid_grant', error_description: 'over' }), { kind: 'ended', error });
    assert.deepEqual(answer(401, { error: 'invalid_grant', error_description: 7 }), {
      kind: 'ended',
      error: { code: 'invalid_grant' },
    });
  });

  const others: [string, () => Verdict, Verdict['kind']][] = [
    ['no answer, offline', () => judgeReply({ kind: 'failed', cause: 'offline' }), 'tryLater'],
    ['no answer', () => judgeReply({ kind: 'failed', cause: 'network' }), 'tryLater'],
    ['no answer in time', () => judgeReply({ kind: 'failed', cause: 'timeout' }), 'tryLater'],
    ['408', () => answer(408, ''), 'tryLater'],
    ['425', () => answer(425, ''), 'tryLater'],
    ['429 that claims invalid_grant', () => answer(429, { error: 'invalid_grant' }), 'tryLater'],
    ['500 that claims invalid_grant', () => answer(500, { error: 'invalid_grant' }), 'tryLater'],
    ['503', () => answer(503, { error: 'temporarily_unavailable' }), 'tryLater'],
    ['200 with HTML', () => answer(200, '<html>please sign in to the hotel</html>'), 'tryLater'],
    ['200 cut short', () => answer(200, JSON.stringify(tokens).slice(0, -5)), 'tryLater'],
    ['200 with null', () => answer(200, 'null'), 'tryLater'],
    ['200 with tokens of the wrong shape', () => answer(200, { ...tokens, access_token: 1 }), 'tryLater'],
    ['200 with an empty token', () => answer(200, { ...tokens, access_token: '' }), 'tryLater'],
    ['200 with a refresh token of the wrong shape', () => answer(200, { ...tokens, refresh_token: {} }), 'tryLater'],
    ['200 with a lifetime in words', () => answer(200, { ...tokens, expires_in: 'soon' }), 'tryLater'],
    ['403 of a firewall', () => answer(403, '<html>denied</html>'), 'tryLater'],
    ['400 with JSON of somebody else', () => answer(400, { message: 'invalid_grant' }), 'tryLater'],
    ['a redirect', () => answer(302, ''), 'tryLater'],
    ['invalid_client', () => answer(401, { error: 'invalid_client' }), 'misconfigured'],
    ['unauthorized_client', () => answer(400, { error: 'unauthorized_client' }), 'misconfigured'],
    ['invalid_request', () => answer(400, { error: 'invalid_request' }), 'misconfigured'],
    ['a word that nobody knows', () => answer(400, { error: 'chaos' }), 'misconfigured'],
    ['login_required', () => answer(400, { error: 'login_required' }), 'interaction'],
    ['use_dpop_nonce', () => answer(400, { error: 'use_dpop_nonce' }), 'tryLater'],
    ['invalid_dpop_proof', () => answer(400, { error: 'invalid_dpop_proof' }), 'tryLater'],
  ];
  for (const [title, verdict, kind] of others) it(`not ${title}`, () => assert.equal(verdict().kind, kind));
});

describe('what is told beside', () => {
  it('how long to wait', () => {
    assert.deepEqual(answer(503, '', { retryAfterSeconds: 7 }), {
      kind: 'tryLater',
      reason: 'serverBusy',
      retryAfterSeconds: 7,
    });
  });
});

describe('the cause of an end', () => {
  const cause = (body: string) => causeIn({ kind: 'answer', status: 400, body });
  it('is what the server says', () =>
    assert.equal(cause('{"error":"invalid_grant","error_cause":"user_disabled"}'), 'user_disabled'));
  for (const body of ['{"error":"invalid_grant"}', '{"error_cause":7}', '<html>'])
    it(`is not in ${body}`, () => assert.equal(cause(body), undefined));
  it('is not in an answer that never came', () =>
    assert.equal(causeIn({ kind: 'failed', cause: 'network' }), undefined));
});

describe('an error of an authorization response', () => {
  for (const [code, kind] of [
    ['login_required', 'interaction'],
    ['consent_required', 'interaction'],
    ['interaction_required', 'interaction'],
    ['account_selection_required', 'interaction'],
    ['temporarily_unavailable', 'tryLater'],
    ['server_error', 'tryLater'],
    ['invalid_scope', 'misconfigured'],
    ['access_denied', 'misconfigured'],
  ] as const)
    it(code, () => assert.equal(judgeError({ code }).kind, kind));
});
