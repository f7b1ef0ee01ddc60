import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterEnd, recordOf, settled, withAttempt } from './session-record.ts';
import type { SessionRecord } from './session-record.ts';

const nowMs = 1_800_000_000_000;
const record = (id: string, refreshToken: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  id,
  generation: 0,
  offsetMs: 0,
  tokens: { accessToken: `at of ${refreshToken}`, tokenType: 'Bearer', refreshToken, obtainedAtMs: nowMs },
  ...more,
});
const received = {
  answer: { access_token: 'new', token_type: 'Bearer', refresh_token: 'g1', expires_in: 60 },
  sentAtMs: nowMs + 5,
  offsetMs: 3,
  draw: 0,
};

describe('naming a renewal', () => {
  it('keeps the name of a try whose answer was lost', () => {
    assert.equal(withAttempt(record('s', 'g0', { attempt: 'first' }), 'second').attempt, 'first');
    assert.equal(withAttempt(record('s', 'g0'), 'second').attempt, 'second');
  });
});

describe('an answer is stored', () => {
  it('when the token that was sent is still the stored one; the name of the try goes', () => {
    const sent = record('s', 'g0', { attempt: 'first' });
    const next = settled(sent, sent, received);
    assert.equal(next?.tokens.refreshToken, 'g1');
    assert.equal(next?.attempt, undefined);
    assert.equal(next?.generation, 1);
    assert.equal(next?.offsetMs, 3);
    assert.equal(next?.tokens.expiresAtMs, nowMs + 5 + 60_000);
  });

  it('with the old refresh token, when it brought none', () => {
    const sent = record('s', 'g0');
    const answer = { access_token: 'new', token_type: 'Bearer' };
    assert.equal(settled(sent, sent, { ...received, answer })?.tokens.refreshToken, 'g0');
  });

  for (const [title, current] of [
    ['nobody is signed in any more', undefined],
    ['another session stands there', record('other', 'g0')],
    ['another tab renewed meanwhile', record('s', 'g2')],
  ] as const)
    it(`not when ${title}`, () => assert.equal(settled(current, record('s', 'g0'), received), current));
});

describe('the end of a grant', () => {
  it('clears the session whose token was refused', () => {
    const sent = record('s', 'g0');
    assert.equal(afterEnd(sent, sent), undefined);
    assert.equal(afterEnd(undefined, sent), undefined);
  });
  it('leaves a session that has a newer token, or is another one', () => {
    for (const current of [record('s', 'g1'), record('other', 'g0')])
      assert.equal(afterEnd(current, record('s', 'g0')), current);
  });
});

it('a record of tokens without an end is not renewed ahead', () => {
  assert.equal(recordOf('s', record('s', 'g0').tokens, { offsetMs: 0, draw: 0 }).renewAtMs, undefined);
});
