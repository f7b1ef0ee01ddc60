import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addExchange } from './exchange-log.ts';
import type { Exchange, Fact, TokenFact } from './exchange-log.ts';
import { timelineItems } from './timeline-items.ts';
import type { Bar, TimelineItem } from './timeline-items.ts';

function tokens(generation: number, successor = `r${generation}`): TokenFact {
  return {
    accessFingerprint: 'a',
    accessExpiresAtMs: 3_600_000,
    refreshFingerprint: successor,
    refreshExpiresAtMs: 90_000_000,
    generation,
  };
}

function drawn(...facts: [atMs: number, fact: Fact][]): TimelineItem[] {
  let log: Exchange[] = [];
  for (const [atMs, fact] of facts) {
    log = addExchange(log, {
      atMs,
      purpose: 'refresh',
      method: 'POST',
      url: 'http://localhost/token',
      headers: [],
      fields: [],
      outcome: { kind: 'navigated' },
      fact,
    });
  }
  return timelineItems(log);
}

function bars(items: TimelineItem[], lane: Bar['lane']): string[] {
  return items.flatMap((item) =>
    item.shape === 'bar' && item.lane === lane ? [`${item.label} ${item.fromMs}-${item.usedUntilMs ?? ''}`] : [],
  );
}

function marks(items: TimelineItem[]): string[] {
  return items.flatMap((item) => (item.shape === 'point' ? [`${item.lane} ${item.mark} ${item.atMs}`] : []));
}

const signedIn: [number, Fact] = [10, { kind: 'signed-in', tokens: tokens(0) }];
const renewed: [number, Fact] = [20, { kind: 'renewed', tokens: tokens(1), repeats: false }];

describe('timelineItems', () => {
  it('begins a session, an access token and generation 0 at sign-in', () => {
    const items = drawn(signedIn);
    assert.deepEqual(bars(items, 'session'), ['signed in 10-']);
    assert.deepEqual(bars(items, 'access'), ['token 1 10-']);
    assert.deepEqual(bars(items, 'refresh'), ['g0 10-']);
  });

  it('replaces both tokens at a renewal, and the session goes on', () => {
    const items = drawn(signedIn, renewed);
    assert.deepEqual(bars(items, 'access'), ['token 1 10-20', 'token 2 20-']);
    assert.deepEqual(bars(items, 'refresh'), ['g0 10-20', 'g1 20-']);
    assert.deepEqual(bars(items, 'session'), ['signed in 10-']);
    assert.deepEqual(marks(items), ['refresh renewal 20']);
  });

  it('draws a lost answer and its repetition as one generation', () => {
    const items = drawn(
      signedIn,
      [20, { kind: 'answer-lost', generation: 0, successor: 'r1' }],
      [30, { kind: 'renewed', tokens: tokens(1), repeats: true }],
    );
    assert.deepEqual(bars(items, 'refresh'), ['g0 10-20', 'g1 20-']);
    assert.deepEqual(marks(items), ['refresh lost 20', 'refresh repeat 30']);
    const successor = items.find((item): item is Bar => item.shape === 'bar' && item.label === 'g1');
    assert.equal(successor?.expiresAtMs, 90_000_000);
  });

  it('draws two renewals with one successor as one generation', () => {
    const items = drawn(signedIn, renewed, [21, { kind: 'renewed', tokens: tokens(1), repeats: true }]);
    assert.deepEqual(bars(items, 'refresh'), ['g0 10-20', 'g1 20-']);
    assert.deepEqual(bars(items, 'access'), ['token 1 10-20', 'token 2 20-21', 'token 3 21-']);
  });

  it('ends everything with the grant, and begins again at the next sign-in', () => {
    const items = drawn(
      signedIn,
      [40, { kind: 'ended', cause: 'invalid_grant', reason: 'over' }],
      [50, { kind: 'signed-in', tokens: tokens(0) }],
    );
    assert.deepEqual(bars(items, 'session'), ['signed in 10-40', 'signed in 50-']);
    assert.deepEqual(bars(items, 'refresh'), ['g0 10-40', 'g0 50-']);
    assert.deepEqual(marks(items), ['session end 40', 'refresh end 40']);
  });

  it('gives each kind of answer of the API a mark of its own', () => {
    const called = (status: number): Fact => ({ kind: 'called', api: 'reports', status });
    assert.deepEqual(marks(drawn([1, called(200)], [2, called(401)], [3, called(403)], [4, called(503)])), [
      'call ok 1',
      'call unauthorized 2',
      'call forbidden 3',
      'call failed 4',
    ]);
  });

  it('draws a leap of the clock from where to where', () => {
    const [leap] = drawn([3_600_005, { kind: 'clock-moved', fromMs: 5, toMs: 3_600_005 }]);
    assert.ok(leap?.shape === 'leap');
    assert.deepEqual([leap.fromMs, leap.toMs], [5, 3_600_005]);
  });

  it('gives every item an id of its own and the exchange that caused it', () => {
    const items = drawn(
      signedIn,
      renewed,
      [40, { kind: 'ended', cause: 'signed-out', reason: 'You' }],
      [50, signedIn[1]],
    );
    assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
    assert.ok(items.every(({ number }) => number >= 1 && number <= 4));
  });
});

it('a renewal without a refresh token is an event, and starts no generation', () => {
  const silent = { ...tokens(0), refreshFingerprint: undefined, refreshExpiresAtMs: undefined };
  const items = drawn(
    [0, { kind: 'signed-in', tokens: silent }],
    [10, { kind: 'renewed', tokens: silent, repeats: false }],
    [20, { kind: 'ended', cause: 'login_required', reason: 'The issuer says login_required.' }],
  );
  assert.deepEqual(bars(items, 'refresh'), []);
  assert.deepEqual(bars(items, 'access'), ['token 1 0-10', 'token 2 10-20']);
  const events = items.flatMap((item) => (item.shape === 'point' ? [`${item.lane} ${item.mark}`] : []));
  assert.deepEqual(events, ['refresh renewal', 'session end']);
});
