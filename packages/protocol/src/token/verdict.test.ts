import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Family, FamilyFacts } from '@ostiary/model';
import type { RefreshPolicy } from '@ostiary/wire';
import {
  dayMs,
  digest,
  facts,
  family,
  frozen,
  nowMs,
  policy,
  presentation,
  secondMs,
  someAccess,
  spa,
  web,
  webId,
} from '../family.fixture.ts';
import { judge, lastGeneration, retriesPerMinute, rotates, type Presentation, type Verdict } from './verdict.ts';

type Change = (presented: Presentation) => Presentation;

const inFacts =
  (changes: Partial<FamilyFacts>): Change =>
  (presented) => ({ ...presented, facts: { ...presented.facts, ...changes } });
const inFamily =
  (changes: Partial<Family>): Change =>
  (presented) =>
    inFacts({ family: { ...presented.facts.family, ...changes } })(presented);
const inPolicy =
  (changes: Partial<RefreshPolicy>): Change =>
  (presented) => ({
    ...presented,
    client: { ...presented.client, refresh: { ...presented.client.refresh, ...changes } },
  });
const presented =
  (changes: Partial<Presentation>): Change =>
  (before) => ({ ...before, ...changes });
const both =
  (first: Change, second: Change): Change =>
  (before) =>
    second(first(before));

/** One row of the verdict table: a change that makes a presentation match it, and what then follows. */
interface Row {
  row: number;
  name: string;
  change: Change;
  says: Verdict;
  /** Rows that speak of the same field cannot match together. */
  field: string;
}

const grantedAccess = { access: someAccess };
const noConsent = inFacts({ consent: { version: 4, isWithdrawn: true } });
const boundToKey = inFamily({ jkt: 'key-of-ada' });

const foreignRows: Row[] = [
  {
    row: 2,
    name: 'another client presents it',
    change: presented({ client: { ...spa(), client_id: webId } }),
    says: { verdict: 'foreign', reason: 'token_of_another_client' },
    field: 'client',
  },
  {
    row: 2,
    name: 'its confidential client presents it without authentication',
    change: (before) => ({
      ...inFamily({ clientId: webId })(before),
      client: { ...before.client, client_id: webId, token_endpoint_auth_method: 'client_secret_basic' },
    }),
    says: { verdict: 'foreign', reason: 'client_auth_missing' },
    field: 'client',
  },
  {
    row: 2,
    name: 'the proof of its key is missing',
    change: boundToKey,
    says: { verdict: 'foreign', reason: 'proof_missing' },
    field: 'key',
  },
  {
    row: 2,
    name: 'the proof is of another key',
    change: both(boundToKey, presented({ proofKey: 'key-of-eve' })),
    says: { verdict: 'foreign', reason: 'proof_of_another_key' },
    field: 'key',
  },
  {
    row: 2,
    name: 'another device presents it',
    change: presented({ device: 'other' }),
    says: { verdict: 'foreign', reason: 'device_differs' },
    field: 'device',
  },
  {
    row: 2,
    name: 'its device is not named',
    change: inFamily({ terms: { ...family().terms, grant: { ...family().terms.grant, needsDevice: true } } }),
    says: { verdict: 'foreign', reason: 'device_missing' },
    field: 'device',
  },
];

const overRows: Row[] = [
  {
    row: 3,
    name: 'the family has ended',
    change: inFamily({ endedAtMs: nowMs - 1, endCause: 'signed_out' }),
    says: { verdict: 'ended', cause: 'signed_out', isSpent: false },
    field: 'end',
  },
  {
    row: 3,
    name: 'the absolute lifetime is over',
    change: inFamily({ createdAtMs: nowMs - 91 * dayMs }),
    says: { verdict: 'expired', cause: 'absolute_expired', isSpent: false },
    field: 'age',
  },
  {
    row: 3,
    name: 'the idle lifetime is over',
    change: inFamily({ usedAtMs: nowMs - 15 * dayMs }),
    says: { verdict: 'expired', cause: 'idle_expired', isSpent: false },
    field: 'use',
  },
];

const groundRows: Row[] = (
  [
    ['the user is disabled', { user: { ...facts().user, isDisabled: true } }, 'user_disabled'],
    ["the user's epoch was raised", { user: { ...facts().user, epoch: 3 } }, 'signed_out_everywhere'],
    ['the client is disabled', { client: { ...facts().client, isDisabled: true } }, 'client_disabled'],
    ['the client was disabled and enabled again', { client: { ...facts().client, epoch: 2 } }, 'client_disabled'],
    ['the consent is withdrawn', { consent: { version: 4, isWithdrawn: true } }, 'consent_withdrawn'],
    ['the consent is gone', { consent: undefined }, 'consent_withdrawn'],
    ['the consent was changed', { consent: { version: 5, isWithdrawn: false } }, 'consent_changed'],
    ['the device was removed', { device: { ...facts().device!, isRemoved: true } }, 'device_removed'],
    ['the device is gone', { device: undefined }, 'device_removed'],
    ['the session it is bound to ended', { session: { ...facts().session!, endCause: 'signed_out' } }, 'signed_out'],
  ] as const
).map(([name, changes, cause]) => ({
  row: 4,
  name,
  change: inFacts(changes),
  says: { verdict: 'taken_away', cause },
  field: 'ground',
}));

const rows: Row[] = [
  ...foreignRows,
  ...overRows,
  ...groundRows,
  {
    row: 4,
    name: 'the permission is gone',
    change: presented({ access: { ok: false, reason: 'permission_removed' } }),
    says: { verdict: 'taken_away', cause: 'permission_removed' },
    field: 'access',
  },
  {
    row: 5,
    name: 'it is ahead of its family',
    change: presented({ generation: 6 }),
    says: { verdict: 'ahead' },
    field: 'generation',
  },
  ...(['scope_not_covered', 'target_not_covered', 'target_algs_differ'] as const).map((reason) => ({
    row: 6,
    name: `the request asks for too much: ${reason}`,
    change: presented({ access: { ok: false, reason } }),
    says: { verdict: 'not_covered' as const, reason },
    field: 'access',
  })),
  {
    row: 7,
    name: 'it is the newest of all generations there can be',
    change: both(inFamily({ generation: lastGeneration }), presented({ generation: lastGeneration })),
    says: { verdict: 'exhausted' },
    field: 'generation',
  },
  {
    row: 7,
    name: 'it is the newest and rotates',
    change: (before) => before,
    says: { verdict: 'rotate', operation: digest('this request'), attempted: false, ...grantedAccess },
    field: 'generation',
  },
  {
    row: 8,
    name: 'it is the newest and does not rotate',
    change: inPolicy({ rotation: 'off' }),
    says: { verdict: 'use', ...grantedAccess },
    field: 'generation',
  },
  {
    row: 9,
    name: 'it is one behind, within the retry rule, and repeated too often',
    change: both(inFamily({ rotatedAtMs: nowMs }), presented({ generation: 4, recentRetries: retriesPerMinute })),
    says: { verdict: 'retries_limited' },
    field: 'generation',
  },
  {
    row: 9,
    name: 'it is one behind and within the retry rule',
    change: both(inFamily({ rotatedAtMs: nowMs }), presented({ generation: 4 })),
    says: { verdict: 'retry', ...grantedAccess },
    field: 'generation',
  },
  {
    row: 10,
    name: 'it is one behind and outside the retry rule',
    change: presented({ generation: 4 }),
    says: { verdict: 'reuse' },
    field: 'generation',
  },
  {
    row: 10,
    name: 'it is older than one behind, however young the rotation',
    change: both(inFamily({ rotatedAtMs: nowMs }), presented({ generation: 3 })),
    says: { verdict: 'reuse' },
    field: 'generation',
  },
];

/** `ended` and `expired` tell whether the token was spent: a later row may have made it so. */
function withSpent(says: Verdict, { generation, facts: { family: at } }: Presentation): Verdict {
  return 'isSpent' in says ? { ...says, isSpent: generation < at.generation } : says;
}

describe('the verdict table: each row', () => {
  for (const { row, name, change, says } of rows) {
    test(`row ${row}: ${name}`, () => {
      assert.deepEqual(judge(change(presentation()), nowMs), says);
    });
  }
});

describe('the verdict table: the first row that matches wins', () => {
  for (const [index, first] of rows.entries()) {
    const later = rows.slice(index + 1).filter(({ row, field }) => row > first.row && field !== first.field);
    test(`row ${first.row} (${first.name}) before ${later.length} others`, () => {
      for (const second of later) {
        const matchesBoth = both(second.change, first.change)(presentation());
        assert.deepEqual(judge(matchesBoth, nowMs), withSpent(first.says, matchesBoth), second.name);
      }
    });
  }

  const adjacent: [string, Change, Change, Verdict['verdict']][] = [
    ['2 before 3', foreignRows[0]!.change, overRows[0]!.change, 'foreign'],
    ['3 before 4', overRows[0]!.change, noConsent, 'ended'],
    ['4 before 5', noConsent, presented({ generation: 6 }), 'taken_away'],
    [
      '5 before 6',
      presented({ generation: 6 }),
      presented({ access: { ok: false, reason: 'scope_not_covered' } }),
      'ahead',
    ],
    [
      '6 before 7',
      presented({ access: { ok: false, reason: 'scope_not_covered' } }),
      (before) => before,
      'not_covered',
    ],
    [
      '7 before 8: exhausted only where it would rotate',
      inPolicy({ rotation: 'off' }),
      rows.find(({ says }) => says.verdict === 'exhausted')!.change,
      'use',
    ],
    ['9 before 10', inFamily({ rotatedAtMs: nowMs }), presented({ generation: 4 }), 'retry'],
  ];
  for (const [name, first, second, verdict] of adjacent) {
    test(`adjacent rows: ${name}`, () => {
      assert.equal(judge(both(first, second)(presentation()), nowMs).verdict, verdict);
    });
  }

  test('an ended family tells its own cause, not that its time is over as well', () => {
    const change = both(inFamily({ endedAtMs: nowMs, endCause: 'reuse_detected' }), overRows[1]!.change);
    assert.deepEqual(judge(change(presentation()), nowMs), {
      verdict: 'ended',
      cause: 'reuse_detected',
      isSpent: false,
    });
  });

  test('a spent token shown to a family that is over is told apart', () => {
    for (const over of overRows) {
      const verdict = judge(both(over.change, presented({ generation: 2 }))(presentation()), nowMs);
      assert.ok('isSpent' in verdict && verdict.isSpent, over.name);
    }
  });
});

describe('row 4: what a family stands on', () => {
  test('security 80: a session that merely expired and was removed ends nothing', () => {
    assert.equal(judge(inFacts({ session: undefined })(presentation()), nowMs).verdict, 'rotate');
  });

  test('security 80: an offline family outlives the end of its session', () => {
    const change = both(
      inFacts({ session: { ...facts().session!, endCause: 'signed_out' } }),
      inFamily({ terms: { ...family().terms, boundTo: 'offline' } }),
    );
    assert.equal(judge(change(presentation()), nowMs).verdict, 'rotate');
  });
});

describe('rows 7 and 8: rotation', () => {
  test('security 76: a public bearer family rotates by default', () => {
    assert.equal(rotates({}, policy()), true);
  });

  test('security 86: a family bound to a key does not rotate, whatever the policy', () => {
    assert.equal(rotates({ jkt: 'key-of-ada' }, policy()), false);
    const change = both(boundToKey, presented({ proofKey: 'key-of-ada' }));
    assert.equal(judge(change(presentation()), nowMs).verdict, 'use');
  });

  test('a proof with a family that is not bound to a key changes nothing', () => {
    assert.equal(judge(presented({ proofKey: 'key-of-ada' })(presentation()), nowMs).verdict, 'rotate');
  });

  test("the client's attempt names the rotation", () => {
    const verdict = judge(presented({ attempt: digest('attempt 6') })(presentation()), nowMs);
    assert.deepEqual(verdict, {
      verdict: 'rotate',
      operation: digest('attempt 6'),
      attempted: true,
      ...grantedAccess,
    });
  });

  test('an attempt equal to the one that made the presented token is ignored', () => {
    const change = both(
      inFamily({ operation: digest('attempt 5'), attempted: true }),
      presented({ attempt: digest('attempt 5') }),
    );
    assert.deepEqual(judge(change(presentation()), nowMs), {
      verdict: 'rotate',
      operation: digest('this request'),
      attempted: false,
      ...grantedAccess,
    });
  });

  test('the last generation is reached, and ends the family only when it would rotate again', () => {
    const at = (generation: number) => both(inFamily({ generation }), presented({ generation }));
    assert.equal(judge(at(lastGeneration - 1)(presentation()), nowMs).verdict, 'rotate');
    assert.equal(judge(at(lastGeneration)(presentation()), nowMs).verdict, 'exhausted');
    const retry = both(
      inFamily({ generation: lastGeneration, rotatedAtMs: nowMs }),
      presented({ generation: lastGeneration - 1 }),
    );
    assert.equal(judge(retry(presentation()), nowMs).verdict, 'retry');
  });
});

/** A token one behind, `seconds` after its rotation. */
function oneBehind(seconds: number, ...changes: Change[]): Verdict['verdict'] {
  const start = both(inFamily({ rotatedAtMs: nowMs - seconds * secondMs }), presented({ generation: 4 }));
  return judge(changes.reduce(both, start)(presentation()), nowMs).verdict;
}

describe('the retry rule (a): the same attempt', () => {
  const rotatedByAttempt = inFamily({ operation: digest('attempt 5'), attempted: true });

  test('is answered without limit of time', () => {
    for (const seconds of [0, 11, 3600, 13 * 86_400]) {
      const sameAttempt = presented({ attempt: digest('attempt 5') });
      assert.equal(oneBehind(seconds, rotatedByAttempt, sameAttempt), 'retry');
      assert.equal(oneBehind(seconds, rotatedByAttempt, sameAttempt, inPolicy({ retrySeconds: 0 })), 'retry');
    }
  });

  test('does not help a token two behind', () => {
    const change = both(rotatedByAttempt, presented({ generation: 3, attempt: digest('attempt 5') }));
    assert.equal(judge(change(presentation()), nowMs).verdict, 'reuse');
  });

  test('another attempt is not the same', () => {
    assert.equal(oneBehind(11, rotatedByAttempt, presented({ attempt: digest('attempt of a thief') })), 'reuse');
  });
});

describe('the operation id', () => {
  test('a re-run after an ambiguous commit recognises its own work', () => {
    const ownWork = inFamily({ operation: digest('this request') });
    for (const seconds of [0, 61, 3600]) {
      assert.equal(oneBehind(seconds, ownWork), 'retry');
      assert.equal(oneBehind(seconds, ownWork, inPolicy({ retrySeconds: 0 })), 'retry');
    }
  });

  test('a re-run that carried an attempt recognises its own work by the attempt', () => {
    const ownWork = inFamily({ operation: digest('attempt 5'), attempted: true });
    assert.equal(
      oneBehind(0, ownWork, presented({ attempt: digest('attempt 5') }), inPolicy({ retrySeconds: 0 })),
      'retry',
    );
  });
});

describe('the retry rule (b): who is known to be the one who rotated', () => {
  test('an authenticated client may repeat without limit of time', () => {
    const authenticated: Change = (before) => ({
      ...inFamily({ clientId: webId })(before),
      client: { ...web(), refresh: policy({ rotation: 'on' }) },
      isClientAuthenticated: true,
    });
    assert.equal(oneBehind(13 * 86_400, authenticated), 'retry');
    assert.equal(oneBehind(13 * 86_400, authenticated, inPolicy({ retrySeconds: 0 })), 'retry');
  });

  test('security 85: so may the holder of the key, and nobody else', () => {
    const holder = both(boundToKey, presented({ proofKey: 'key-of-ada' }));
    assert.equal(oneBehind(13 * 86_400, holder), 'retry');
    assert.equal(oneBehind(0, both(boundToKey, presented({ proofKey: 'key-of-eve' }))), 'foreign');
  });

  test('a proof is worth nothing for a family that is not bound to a key', () => {
    assert.equal(oneBehind(61, presented({ proofKey: 'key-of-eve' })), 'reuse');
  });
});

describe('the retry rule (c): the time since the rotation', () => {
  const attempted = inFamily({ attempted: true, operation: digest('attempt 5') });
  const cases: [string, Change, number][] = [
    ['60 s when the rotation carried no attempt', inPolicy({}), 60],
    ['10 s when it carried one', attempted, 10],
    ['what the policy says', inPolicy({ retrySeconds: 30 }), 30],
    ['what the policy says, above the default too', inPolicy({ retrySeconds: 300 }), 300],
    ['10 s with an attempt, however long the policy', both(inPolicy({ retrySeconds: 300 }), attempted), 10],
    ['the shorter policy, with an attempt too', both(inPolicy({ retrySeconds: 3 }), attempted), 3],
  ];
  for (const [name, change, seconds] of cases) {
    test(`is at most ${name}`, () => {
      assert.equal(oneBehind(seconds, change), 'retry');
      assert.equal(oneBehind(seconds + 0.001, change), 'reuse');
    });
  }

  test('retrySeconds 0 is strict: even in the same millisecond a repeat is reuse', () => {
    assert.equal(oneBehind(0, inPolicy({ retrySeconds: 0 })), 'reuse');
    assert.equal(oneBehind(0, inPolicy({ retrySeconds: 0 }), attempted), 'reuse');
    assert.equal(oneBehind(-5, inPolicy({ retrySeconds: 0 })), 'reuse');
  });

  test('a clock that went backwards counts as no time at all', () => {
    assert.equal(oneBehind(-1), 'retry');
    assert.equal(oneBehind(-86_400), 'retry');
    assert.equal(oneBehind(-86_400, attempted), 'retry');
  });
});

describe('the limit of retries', () => {
  test(`${retriesPerMinute} repeats a minute are answered, the next is put off and ends nothing`, () => {
    assert.equal(oneBehind(0, presented({ recentRetries: retriesPerMinute - 1 })), 'retry');
    assert.equal(oneBehind(0, presented({ recentRetries: retriesPerMinute })), 'retries_limited');
  });

  test('does not hide reuse', () => {
    assert.equal(oneBehind(61, presented({ recentRetries: retriesPerMinute })), 'reuse');
  });
});

test('the verdict reads and never writes', () => {
  for (const { change } of rows) judge(frozen(change(presentation())), nowMs);
});
