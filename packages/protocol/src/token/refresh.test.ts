import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Family } from '@ostiary/model';
import type { Decision } from '../decision.ts';
import {
  ada,
  adaFamily,
  adaSession,
  api,
  billing,
  billingApi,
  catalogue,
  dayMs,
  digest,
  facts,
  family,
  frozen,
  grant,
  hourMs,
  laptop,
  nowMs,
  policy,
  refreshQuestion,
  reports,
  secondMs,
  spa,
  spaId,
  web,
  webId,
} from '../family.fixture.ts';
import type { TokenGrant } from './grant.ts';
import { decideRefresh, type RefreshQuestion } from './refresh.ts';

const whose = { userId: ada, clientId: spaId, deviceId: laptop, familyId: adaFamily };

function answerOf(decision: Decision<TokenGrant>): TokenGrant {
  assert.equal(decision.kind, 'granted');
  return (decision as Decision<TokenGrant> & { kind: 'granted' }).answer;
}

function refusalOf(decision: Decision<TokenGrant>) {
  assert.equal(decision.kind, 'refused');
  return decision as Decision<TokenGrant> & { kind: 'refused' };
}

function withFamily(changes: Partial<Family>, rest: Partial<RefreshQuestion> = {}): RefreshQuestion {
  return refreshQuestion({ ...rest, facts: facts({ family: family(changes) }) });
}

describe('a rotation', () => {
  const decision = decideRefresh(refreshQuestion({ attempt: digest('attempt 6') }), nowMs);

  test('advances exactly its family by one, with the present key and the attempt', () => {
    assert.deepEqual(decision.plan?.advances, [
      { familyId: adaFamily, from: 5, keyId: 7, atMs: nowMs, operation: digest('attempt 6'), attempted: true },
    ]);
  });

  test('changes nothing else: whatever ends a family ends its row, and the advance then fails', () => {
    const { advances: _, ...rest } = decision.plan!;
    assert.deepEqual(rest, { expects: [], consumes: [], inserts: [], ends: [], touches: [], events: [] });
  });

  test('answers with the next generation, made with the present key', () => {
    const { refresh } = answerOf(decision);
    assert.equal(refresh?.generation, 6);
    assert.equal(refresh.keyId, 7);
    assert.equal(refresh.family.id, adaFamily);
    assert.equal(refresh.family.salt, family().salt);
  });

  test('security 92: tells the idle limit from now and what is left of the absolute one', () => {
    assert.deepEqual(answerOf(decision).refresh?.expiry, {
      timeoutSeconds: 14 * 86_400,
      authorizationSeconds: 89 * 86_400,
    });
  });

  test('OIDC Core 12.2: the ID token keeps auth_time and carries no nonce', () => {
    const { idToken } = answerOf(decision);
    assert.deepEqual(idToken, {
      authTimeMs: nowMs - dayMs,
      acr: '1',
      amr: ['pwd'],
      sessionId: adaSession,
      scopes: ['openid', 'offline_access'],
      claims: { name: 'Ada' },
    });
    assert.ok(!Object.hasOwn(idToken ?? {}, 'nonce'));
  });

  test('without openid there is no ID token', () => {
    const question = withFamily({ terms: { ...family().terms, grant: grant({ scopes: ['offline_access'] }) } });
    assert.equal(answerOf(decideRefresh(question, nowMs)).idToken, undefined);
  });

  test('the access token carries the handles that revocation needs', () => {
    const { subject, clientId, handles } = answerOf(decision);
    assert.deepEqual([subject, clientId], [ada, spaId]);
    assert.deepEqual(handles, {
      sessionId: adaSession,
      deviceId: laptop,
      userEpoch: 2,
      authTimeMs: nowMs - dayMs,
      acr: '1',
      familyId: adaFamily,
    });
  });
});

describe('a retry', () => {
  const retry = (secondsAgo: number, changes: Partial<Family> = {}) => {
    const atMs = nowMs - secondsAgo * secondMs;
    return decideRefresh(withFamily({ rotatedAtMs: atMs, usedAtMs: atMs, ...changes }, { generation: 4 }), nowMs);
  };

  test('security 89: answers the very successor: same generation, same key, though the present key is another', () => {
    const { refresh } = answerOf(retry(20));
    assert.deepEqual([refresh?.generation, refresh?.keyId], [5, 3]);
  });

  test('changes nothing', () => {
    for (const [name, part] of Object.entries(retry(20).plan!)) assert.deepEqual(part, [], name);
  });

  test('gives nothing away about when the rotation was', () => {
    const seen = [0, 1, 20, 59.999].map((seconds) => {
      const { refresh, ...rest } = answerOf(retry(seconds));
      const { generation, keyId, expiry } = refresh!;
      return { ...rest, refresh: { generation, keyId, expiry } };
    });
    for (const answer of seen) assert.deepEqual(answer, seen[0]);
  });

  test('writes down its use at most once per hour and per twentieth of the idle limit', () => {
    const touch = [{ kind: 'family', id: adaFamily, usedAtMs: nowMs }];
    const attempt = digest('attempt 5');
    const late = { operation: attempt, attempted: true };
    const touchesAfter = (ms: number) => {
      const question = withFamily({ ...late, usedAtMs: nowMs - ms }, { generation: 4, attempt });
      return decideRefresh(question, nowMs).plan?.touches;
    };
    assert.deepEqual(touchesAfter(hourMs - 1), []);
    assert.deepEqual(touchesAfter(hourMs), touch);
  });

  test('is put off, not refused for good, when it is repeated too often', () => {
    const question = withFamily({ rotatedAtMs: nowMs }, { generation: 4, recentRetries: 600 });
    assert.deepEqual(refusalOf(decideRefresh(question, nowMs)), {
      kind: 'refused',
      refusal: { reason: 'retries_limited', retryAfterSeconds: 60 },
    });
  });
});

describe('a use without rotation', () => {
  const question = (usedAgoMs: number) =>
    refreshQuestion({
      client: web(),
      isClientAuthenticated: true,
      facts: facts({ family: family({ clientId: webId, usedAtMs: nowMs - usedAgoMs }) }),
    });

  test('security 86: answers the presented token again', () => {
    const { refresh } = answerOf(decideRefresh(question(1), nowMs));
    assert.deepEqual([refresh?.generation, refresh?.keyId], [5, 3]);
  });

  test('never advances and tells the idle limit as it is written down', () => {
    const decision = decideRefresh(question(1800 * secondMs), nowMs);
    assert.deepEqual(decision.plan?.advances, []);
    assert.deepEqual(decision.plan?.touches, []);
    assert.equal(answerOf(decision).refresh?.expiry.timeoutSeconds, 14 * 86_400 - 1800);
  });

  test('moves the idle limit once an hour', () => {
    const decision = decideRefresh(question(hourMs), nowMs);
    assert.deepEqual(decision.plan?.touches, [{ kind: 'family', id: adaFamily, usedAtMs: nowMs }]);
    assert.equal(answerOf(decision).refresh?.expiry.timeoutSeconds, 14 * 86_400);
  });
});

describe('reuse (RFC 9700 section 4.14)', () => {
  test('ends this family alone, with the cause, for the user to read', () => {
    const { refusal, plan } = refusalOf(decideRefresh(refreshQuestion({ generation: 4 }), nowMs));
    assert.deepEqual(refusal, { reason: 'reuse_detected', cause: 'reuse_detected' });
    assert.deepEqual(plan?.ends, [{ kind: 'family', id: adaFamily, cause: 'reuse_detected', atMs: nowMs }]);
    assert.deepEqual(plan.events, [{ ...whose, kind: 'family_ended', cause: 'reuse_detected' }]);
    assert.deepEqual([plan.advances, plan.inserts, plan.touches, plan.consumes], [[], [], [], []]);
  });

  test('security 76: every older generation, 1 to 20 back, is found out', () => {
    for (let generation = 0; generation < 20; generation += 1) {
      const { refusal } = refusalOf(decideRefresh(withFamily({ generation: 20 }, { generation }), nowMs));
      assert.equal(refusal.reason, 'reuse_detected', `generation ${generation}`);
    }
  });
});

describe('what is wrong in a harmless way touches nothing', () => {
  const cases: [string, RefreshQuestion, string][] = [
    [
      "security 75: another client's token",
      refreshQuestion({ client: spa({ client_id: webId }) }),
      'token_of_another_client',
    ],
    [
      'security 75: a confidential client without authentication',
      refreshQuestion({ client: web(), facts: facts({ family: family({ clientId: webId }) }) }),
      'client_auth_missing',
    ],
    ['security 85: no proof', withFamily({ jkt: 'key' }), 'proof_missing'],
    [
      'security 85: the proof of another key',
      withFamily({ jkt: 'key' }, { proofKey: 'other' }),
      'proof_of_another_key',
    ],
  ];
  for (const [name, question, reason] of cases) {
    test(`${name} is refused and noted, spent or not, and never called reuse`, () => {
      for (const generation of [0, 4, 5, 6]) {
        const { refusal, plan } = refusalOf(decideRefresh({ ...question, generation }, nowMs));
        assert.equal(refusal.reason, reason);
        const { events, ...changes } = plan!;
        assert.deepEqual(
          events.map(({ kind, reason: noted }) => [kind, noted]),
          [['refused', reason]],
        );
        for (const [part, list] of Object.entries(changes)) assert.deepEqual(list, [], part);
      }
    });
  }

  test('security 85: the rightful holder goes on after a wrong proof', () => {
    const right = withFamily({ jkt: 'key' }, { proofKey: 'key' });
    assert.equal(decideRefresh(right, nowMs).kind, 'granted');
  });

  test('security 107: a proof binds the access token, of a family without a key that alone', () => {
    for (const family of [withFamily({ jkt: 'key' }, { proofKey: 'key' }), withFamily({}, { proofKey: 'key' })])
      assert.equal(answerOf(decideRefresh(family, nowMs)).proofKey, 'key');
    assert.equal(Object.hasOwn(answerOf(decideRefresh(withFamily({}), nowMs)), 'proofKey'), false);
  });

  test('security 77: a request for more than was granted does not rotate', () => {
    const wider: [RefreshQuestion['request'], string][] = [
      [{ scope: 'openid admin', resources: [] }, 'scope_not_covered'],
      [{ scope: 'profile', resources: [] }, 'scope_not_covered'],
      [{ resources: [billing] }, 'target_not_covered'],
      [{ resources: [reports, billing] }, 'target_not_covered'],
      [{ resources: ['https://api.lab.example/'] }, 'target_not_covered'],
    ];
    for (const [request, reason] of wider) {
      const decision = decideRefresh(refreshQuestion({ request }), nowMs);
      assert.deepEqual(decision, { kind: 'refused', refusal: { reason } });
    }
  });
});

describe('scopes and resources of a refresh (RFC 6749 section 6, RFC 8707 section 2.2)', () => {
  test('security 78: without scope it is all that was granted', () => {
    const { access } = answerOf(decideRefresh(refreshQuestion(), nowMs));
    assert.deepEqual(access.scopes, ['openid', 'offline_access', 'read:reports', 'write:reports']);
    assert.deepEqual(access.audience, [reports]);
  });

  test('security 77: it may narrow, and the next may ask for all again', () => {
    const narrow = decideRefresh(refreshQuestion({ request: { scope: 'read:reports', resources: [] } }), nowMs);
    assert.deepEqual(answerOf(narrow).access.scopes, ['read:reports']);
    assert.equal(narrow.plan?.advances.length, 1);
    assert.deepEqual(narrow.plan?.inserts, []);
    const full = answerOf(decideRefresh(withFamily({ generation: 6 }, { generation: 6 }), nowMs));
    assert.deepEqual(full.access.scopes, ['openid', 'offline_access', 'read:reports', 'write:reports']);
  });

  test('one of several resources may be asked for', () => {
    const terms = { ...family().terms, grant: grant({ apis: { [reports]: ['read:reports'], [billing]: ['pay'] } }) };
    const client = spa({ apis: { [reports]: ['read:reports'], [billing]: ['pay'] } });
    const question = withFamily(
      { terms },
      { client, catalogue: catalogue(api(), billingApi()), request: { resources: [billing] } },
    );
    const { access } = answerOf(decideRefresh(question, nowMs));
    assert.deepEqual(access.audience, [billing]);
    assert.deepEqual(access.scopes, ['openid', 'offline_access', 'pay']);
  });

  test('security 82: a permission taken from the client narrows the next token', () => {
    const client = spa({ apis: { [reports]: ['read:reports'] } });
    const { access } = answerOf(decideRefresh(refreshQuestion({ client }), nowMs));
    assert.deepEqual(access.scopes, ['openid', 'offline_access', 'read:reports']);
  });
});

describe('security 82: what was taken away ends the family at the next exchange', () => {
  const cases: [string, RefreshQuestion, string][] = [
    ['all its permissions', refreshQuestion({ client: spa({ apis: {} }) }), 'permission_removed'],
    ['the API', refreshQuestion({ catalogue: new Map() }), 'permission_removed'],
    [
      "the API's offline access",
      refreshQuestion({ catalogue: catalogue(api({ allowOfflineAccess: false })) }),
      'permission_removed',
    ],
    ['the grant type', refreshQuestion({ client: spa({ grant_types: ['authorization_code'] }) }), 'permission_removed'],
    ['the user', refreshQuestion({ facts: facts({ user: { ...facts().user, isDisabled: true } }) }), 'user_disabled'],
    ['the consent', refreshQuestion({ facts: facts({ consent: undefined }) }), 'consent_withdrawn'],
  ];
  for (const [name, question, cause] of cases) {
    test(`${name}: ${cause}`, () => {
      for (const generation of [4, 5]) {
        const { refusal, plan } = refusalOf(decideRefresh({ ...question, generation }, nowMs));
        assert.deepEqual(refusal, { reason: 'grant_ended', cause });
        assert.deepEqual(plan?.ends, [{ kind: 'family', id: adaFamily, cause, atMs: nowMs }]);
        assert.deepEqual(plan.events, [{ ...whose, kind: 'family_ended', cause }]);
        assert.deepEqual(plan.advances, []);
      }
    });
  }
});

describe('a family that is over', () => {
  const ended: Partial<Family> = { endedAtMs: nowMs - 1, endCause: 'signed_out' };

  test('tells its cause and changes nothing', () => {
    assert.deepEqual(decideRefresh(withFamily(ended), nowMs), {
      kind: 'refused',
      refusal: { reason: 'grant_ended', cause: 'signed_out' },
    });
  });

  test('remembers that a spent token was shown', () => {
    const { plan } = refusalOf(decideRefresh(withFamily(ended, { generation: 2 }), nowMs));
    assert.deepEqual(plan?.events, [
      { ...whose, kind: 'refused', reason: 'spent_token_after_end', cause: 'signed_out' },
    ]);
    assert.deepEqual([plan.ends, plan.advances, plan.touches], [[], [], []]);
  });

  test('security 79: rotation never extends the absolute lifetime', () => {
    const born = { createdAtMs: nowMs - 90 * dayMs };
    const inTime = decideRefresh(withFamily({ createdAtMs: born.createdAtMs + 1 }), nowMs);
    assert.equal(answerOf(inTime).refresh?.expiry.authorizationSeconds, 0);
    assert.deepEqual(refusalOf(decideRefresh(withFamily(born), nowMs)).refusal, {
      reason: 'grant_ended',
      cause: 'absolute_expired',
    });
  });
});

test('a token ahead of its family raises an alarm, ends nothing and is put off', () => {
  const { refusal, plan } = refusalOf(decideRefresh(refreshQuestion({ generation: 6 }), nowMs));
  assert.deepEqual(refusal, { reason: 'history_lost', cause: 'history_lost', retryAfterSeconds: 60 });
  assert.deepEqual(plan?.events, [{ ...whose, kind: 'alarm', cause: 'history_lost' }]);
  assert.deepEqual([plan.ends, plan.advances], [[], []]);
});

test('a family at its last generation ends as exhausted', () => {
  const question = withFamily({ generation: 2 ** 31 - 1 }, { generation: 2 ** 31 - 1 });
  const { refusal, plan } = refusalOf(decideRefresh(question, nowMs));
  assert.deepEqual(refusal, { reason: 'grant_ended', cause: 'exhausted' });
  assert.deepEqual(plan?.ends, [{ kind: 'family', id: adaFamily, cause: 'exhausted', atMs: nowMs }]);
});

test('a policy that became shorter takes effect at once, a longer one does not', () => {
  const shorter = refreshQuestion({ client: spa({ refresh: policy({ absoluteSeconds: 86_400 }) }) });
  assert.deepEqual(refusalOf(decideRefresh(shorter, nowMs)).refusal.cause, 'absolute_expired');
  const longer = withFamily(
    { createdAtMs: nowMs - 91 * dayMs },
    { client: spa({ refresh: policy({ absoluteSeconds: 365 * 86_400 }) }) },
  );
  assert.deepEqual(refusalOf(decideRefresh(longer, nowMs)).refusal.cause, 'absolute_expired');
});

test('the question is read and never written to', () => {
  for (const generation of [3, 4, 5, 6]) decideRefresh(frozen(refreshQuestion({ generation })), nowMs);
});
