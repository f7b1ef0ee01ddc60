import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuthorizationCode, Redemption } from '@ostiary/model';
import type { FamilyId } from '@ostiary/wire';
import { code, codeFacts, codeQuestion, consent, device, session } from '../authorization.fixture.ts';
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
  reports,
  spa,
  spaId,
  web,
  webId,
} from '../family.fixture.ts';
import { decideCodeExchange, type CodeFacts, type CodeQuestion } from './authorization-code.ts';

const exchange = (changes: Partial<CodeQuestion> = {}) => decideCodeExchange(codeQuestion(changes), nowMs);
const withCode = (changes: Partial<AuthorizationCode>, rest: Partial<CodeFacts> = {}) =>
  codeFacts({ ...rest, code: code(changes) });

function granted(changes: Partial<CodeQuestion> = {}) {
  const decision = exchange(changes);
  assert.ok(decision.kind === 'granted', JSON.stringify(decision));
  return decision;
}

function refused(changes: Partial<CodeQuestion>) {
  const decision = exchange(changes);
  assert.ok(decision.kind === 'refused');
  return decision;
}

const redemption: Redemption = {
  atMs: nowMs - 500,
  operation: digest('first request'),
  familyId: adaFamily,
  accessTokenId: 'jti-0',
  accessTokenExpiresAtMs: nowMs + 600_000,
};

describe('a code exchange (RFC 6749 section 4.1.3)', () => {
  const decision = granted({ attempt: digest('attempt'), proofKey: 'key' });

  test('consumes the code, and remembers who did it', () => {
    assert.deepEqual(decision.plan.consumes, [
      {
        kind: 'code',
        hash: digest('code'),
        redemption: {
          atMs: nowMs,
          operation: digest('this request'),
          attempt: digest('attempt'),
          jkt: 'key',
          familyId: adaFamily,
          accessTokenId: 'jti-1',
          accessTokenExpiresAtMs: nowMs + 600_000,
        },
      },
    ]);
  });

  test('expects every version the code stands on, so that an ending beside it does not miss the new family', () => {
    assert.deepEqual(decision.plan.expects, [
      { kind: 'user', id: ada, epoch: 2 },
      { kind: 'client', id: spaId, epoch: 1 },
      { kind: 'consent', userId: ada, clientId: spaId, version: 4 },
      { kind: 'session', id: adaSession },
      { kind: 'device', id: laptop },
    ]);
  });

  test('gives birth to a family at generation 0, with the policy and the versions of now', () => {
    assert.deepEqual(decision.plan.inserts, [
      {
        kind: 'family',
        row: {
          id: adaFamily,
          salt: 'c2FsdCBvZiBhZGE',
          keyId: 7,
          terms: { grant: grant(), boundTo: 'session', idleSeconds: 14 * 86_400, absoluteSeconds: 90 * 86_400 },
          userId: ada,
          clientId: spaId,
          deviceId: laptop,
          sessionId: adaSession,
          generation: 0,
          authTimeMs: nowMs - hourMs,
          createdAtMs: nowMs,
          rotatedAtMs: nowMs,
          usedAtMs: nowMs,
          operation: digest('this request'),
          attempted: false,
          jkt: 'key',
          userEpoch: 2,
          clientEpoch: 1,
          consentVersion: 4,
          retries: 0,
        },
      },
    ]);
    assert.deepEqual(
      decision.plan.events.map(({ kind, familyId }) => [kind, familyId]),
      [['family_born', adaFamily]],
    );
  });

  test('answers with access, ID token (with the nonce) and generation 0', () => {
    const { refresh, idToken, access, subject } = decision.answer;
    assert.deepEqual([subject, refresh?.generation, refresh?.keyId], [ada, 0, 7]);
    assert.deepEqual(refresh?.expiry, { timeoutSeconds: 14 * 86_400, authorizationSeconds: 90 * 86_400 });
    assert.equal(idToken?.nonce, 'n-0S6_WzA2Mj');
    assert.equal(idToken.authTimeMs, nowMs - hourMs);
    assert.deepEqual(access.audience, [reports]);
    assert.equal(access.lifetimeSeconds, 600);
  });

  test('RFC 9449 5: a confidential client is bound already, so its family is bound to no key', () => {
    const client = web({ refresh: policy() });
    const { plan } = granted({ client, facts: withCode({ clientId: webId }), proofKey: 'key' });
    const [inserted] = plan.inserts;
    assert.ok(inserted?.kind === 'family');
    assert.equal(inserted.row.jkt, undefined);
  });
});

describe('security 109: a code bound to a key (RFC 9449 section 10)', () => {
  const facts = withCode({ jkt: 'key' });

  test('is redeemed with that key', () => assert.equal(granted({ facts, proofKey: 'key' }).answer.proofKey, 'key'));

  test('is refused without a proof or with that of another key, and stays as it is', () => {
    const cases: [string | undefined, string][] = [
      [undefined, 'code_proof_missing'],
      ['other', 'code_proof_of_another_key'],
    ];
    for (const [proofKey, reason] of cases)
      assert.deepEqual(refused({ facts, proofKey }), { kind: 'refused', refusal: { reason } });
    const used = withCode({ jkt: 'key', redemption });
    assert.equal(refused({ facts: used, proofKey: 'other' }).plan, undefined);
  });
});

test('security 107: an access token is bound to the key that was proved, and to none without', () => {
  assert.equal(granted({ proofKey: 'key' }).answer.proofKey, 'key');
  assert.equal(Object.hasOwn(granted().answer, 'proofKey'), false);
});

describe('security 51: a code lives 60 seconds', () => {
  const madeAgo = (seconds: number) => ({
    facts: withCode({ createdAtMs: nowMs - seconds * 1000, expiresAtMs: nowMs - seconds * 1000 + 60_000 }),
  });
  test('59 s are well, 60 are not', () => {
    granted(madeAgo(59));
    assert.deepEqual(refused(madeAgo(60)), { kind: 'refused', refusal: { reason: 'code_expired' } });
    assert.equal(refused(madeAgo(61)).refusal.reason, 'code_expired');
  });
});

const flaws: [string, Partial<CodeQuestion>, string][] = [
  ["security 52: another client's code", { client: spa({ client_id: webId }) }, 'code_of_another_client'],
  ['security 52: another redirect URI', { redirectUri: 'https://app.example/callback/' }, 'redirect_uri_differs'],
  [
    'security 52: the redirect URI left out though it was sent before',
    { redirectUri: undefined },
    'redirect_uri_differs',
  ],
  ['security 53: no verifier', { isVerifierRight: undefined }, 'verifier_missing'],
  ['security 54: a wrong verifier', { isVerifierRight: false }, 'verifier_wrong'],
];

describe('an invalid presentation touches nothing', () => {
  for (const [name, changes, reason] of flaws) {
    test(`${name}: ${reason}`, () => {
      assert.deepEqual(refused(changes), { kind: 'refused', refusal: { reason } });
    });

    test(`security 49: ${name}, after the code was used: no token is taken back`, () => {
      const replay = { ...changes, facts: withCode({ redemption }, { family: family({ generation: 0 }) }) };
      assert.deepEqual(refused(replay), { kind: 'refused', refusal: { reason } });
    });
  }

  test('security 53: a verifier without a challenge is a downgrade, for public and confidential clients', () => {
    for (const client of [spa(), web()]) {
      const plain = withCode({ codeChallenge: undefined, clientId: client.client_id });
      assert.equal(refused({ client, facts: plain }).refusal.reason, 'verifier_unexpected');
      granted({ client, facts: plain, isVerifierRight: undefined });
    }
  });

  test('a redirect URI that was left out before may be left out again, or named', () => {
    const leftOut = withCode({ redirectUriGiven: false });
    granted({ facts: leftOut, redirectUri: undefined });
    granted({ facts: leftOut });
    assert.equal(refused({ facts: leftOut, redirectUri: 'https://x.example/' }).refusal.reason, 'redirect_uri_differs');
  });

  test('security 119: a resource that was not authorised does not use up the code', () => {
    for (const resources of [[billing], [reports, billing], [`${reports}#x`]])
      assert.deepEqual(refused({ resources }), { kind: 'refused', refusal: { reason: 'target_not_covered' } });
  });
});

describe('security 48: a valid replay is refused and undoes the first use', () => {
  const replayed = withCode({ redemption }, { family: family({ generation: 0 }) });

  test('the family ends and the access token is taken back', () => {
    const { refusal, plan } = refused({ facts: replayed });
    assert.deepEqual(refusal, { reason: 'code_replayed', cause: 'code_replayed' });
    assert.deepEqual(plan?.ends, [{ kind: 'family', id: adaFamily, cause: 'code_replayed', atMs: nowMs }]);
    const expiresAtMs = nowMs + 600_000;
    assert.deepEqual(plan.inserts, [{ kind: 'revokedToken', tokenId: 'jti-0', expiresAtMs, atMs: nowMs }]);
    assert.deepEqual(
      plan.events.map(({ kind, cause, familyId }) => [kind, cause, familyId]),
      [['family_ended', 'code_replayed', adaFamily]],
    );
    assert.deepEqual([plan.consumes, plan.advances], [[], []]);
  });

  test('long after the code expired too', () => {
    const old = withCode({ redemption, expiresAtMs: nowMs - 20 * hourMs }, { family: family() });
    assert.equal(refused({ facts: old }).plan?.ends.length, 1);
  });

  test('without a family the access token alone', () => {
    const { plan } = refused({ facts: withCode({ redemption: { ...redemption, familyId: undefined } }) });
    assert.deepEqual(plan?.ends, []);
    assert.deepEqual(
      plan.events.map(({ kind }) => kind),
      ['refused'],
    );
    assert.equal(plan.inserts.length, 1);
  });

  test('a family that had ended before keeps its cause, and no second ending is recorded', () => {
    const over = withCode({ redemption }, { family: family({ endedAtMs: nowMs - 1, endCause: 'signed_out' }) });
    const { plan } = refused({ facts: over });
    assert.deepEqual(
      plan?.events.map(({ kind, cause, familyId }) => [kind, cause, familyId]),
      [['refused', 'code_replayed', adaFamily]],
    );
  });
});

describe('a replay by the same party is refused, and the family lives', () => {
  test('the same attempt', () => {
    const first = withCode({ redemption: { ...redemption, attempt: digest('attempt') } });
    const again = { facts: first, attempt: digest('attempt') };
    assert.deepEqual(refused(again), { kind: 'refused', refusal: { reason: 'code_replayed' } });
    assert.equal(refused({ ...again, attempt: digest('other') }).plan?.ends.length, 1);
  });

  test('the same DPoP key', () => {
    const first = withCode({ redemption: { ...redemption, jkt: 'key' } });
    assert.equal(refused({ facts: first, proofKey: 'key' }).plan, undefined);
    assert.equal(refused({ facts: first, proofKey: 'other' }).plan?.ends.length, 1);
  });

  test('nothing given then and nothing given now is no sameness', () => {
    assert.equal(refused({ facts: withCode({ redemption }) }).plan?.ends.length, 1);
  });
});

describe('the same operation again, after an ambiguous commit', () => {
  const own = { ...redemption, operation: digest('this request') };
  const newborn = { id: 'fam_other' as FamilyId, salt: 'b3RoZXI', keyId: 7 };

  test('goes on as the winner, with the family it made, and commits nothing', () => {
    const born = family({ generation: 0, keyId: 7 });
    const { answer, plan } = granted({ facts: withCode({ redemption: own }, { family: born }), newborn });
    assert.equal(answer.refresh?.family.id, adaFamily);
    assert.equal(answer.handles?.familyId, adaFamily);
    for (const [part, list] of Object.entries(plan)) assert.deepEqual(list, [], part);
  });

  test('answers though the code expired in between', () => {
    granted({ facts: withCode({ redemption: own, expiresAtMs: nowMs - 1 }, { family: family({ generation: 0 }) }) });
  });

  test('never names a family that was not made', () => {
    const { answer } = granted({ facts: withCode({ redemption: { ...own, familyId: undefined } }), newborn });
    assert.equal(answer.refresh, undefined);
    assert.equal(answer.handles?.familyId, undefined);
  });
});

describe('what the code stands on must be as it was', () => {
  const cases: [Partial<CodeFacts>, string][] = [
    [{ user: undefined }, 'user_disabled'],
    [{ user: { ...facts().user, isDisabled: true } }, 'user_disabled'],
    [{ user: { ...facts().user, epoch: 3 } }, 'signed_out_everywhere'],
    [{ client: { ...facts().client, isDisabled: true } }, 'client_disabled'],
    [{ client: { ...facts().client, epoch: 2 } }, 'client_disabled'],
    [{ consent: undefined }, 'consent_withdrawn'],
    [{ consent: consent({ withdrawnAtMs: nowMs }) }, 'consent_withdrawn'],
    [{ consent: consent({ version: 5 }) }, 'consent_changed'],
    [{ device: undefined }, 'device_removed'],
    [{ device: device({ removedAtMs: nowMs }) }, 'device_removed'],
    [{ session: undefined }, 'signed_out'],
    [{ session: session({ endedAtMs: nowMs, endCause: 'session_replaced' }) }, 'session_replaced'],
  ];
  for (const [changes, cause] of cases) {
    test(`${Object.keys(changes)[0]}: ${cause}`, () => {
      assert.deepEqual(refused({ facts: codeFacts(changes) }), {
        kind: 'refused',
        refusal: { reason: 'grant_ended', cause },
      });
    });
  }

  test('the permission', () => {
    const refusal = { reason: 'grant_ended', cause: 'permission_removed' };
    assert.deepEqual(refused({ client: spa({ apis: {} }) }), { kind: 'refused', refusal });
  });
});

describe('security 74 and 81: no refresh token without every condition, and the log says which was missing', () => {
  const without = (changes: Partial<CodeQuestion>) => {
    const { answer, plan } = granted(changes);
    assert.equal(answer.refresh, undefined);
    assert.equal(answer.handles?.familyId, undefined);
    assert.deepEqual(plan.inserts, []);
    assert.equal(plan.consumes.length, 1);
    return plan.events.map(({ kind, reason }) => [kind, reason]);
  };
  test('names the condition', () => {
    const noScope = withCode({ grant: grant({ scopes: ['openid'] }) });
    assert.deepEqual(without({ facts: noScope }), [
      ['offline_access_not_granted', 'scope_offline_access_not_requested'],
    ]);
    const noOffline = catalogue(api({ allowOfflineAccess: false }));
    assert.deepEqual(without({ catalogue: noOffline }), [
      ['offline_access_not_granted', 'api_does_not_allow_offline_access'],
    ]);
  });
});

describe('caps', () => {
  const surplus = ['fam_oldest', 'fam_older'] as FamilyId[];

  test('the oldest sign-ins give way, each with its cause', () => {
    const { plan } = granted({ facts: codeFacts({ surplus }) });
    assert.deepEqual(
      plan.ends,
      surplus.map((id) => ({ kind: 'family', id, cause: 'superseded', atMs: nowMs })),
    );
    assert.deepEqual(
      plan.events.map(({ kind, cause, familyId }) => [kind, cause, familyId]),
      [
        ['family_born', undefined, adaFamily],
        ['family_ended', 'superseded', 'fam_oldest'],
        ['family_ended', 'superseded', 'fam_older'],
      ],
    );
  });

  test('nobody gives way when no family is born', () => {
    const { plan } = granted({ facts: withCode({ grant: grant({ scopes: ['openid'] }) }, { surplus }) });
    assert.deepEqual(plan.ends, []);
  });
});

test('one of the authorised resources may be chosen (RFC 8707 section 2.2)', () => {
  const both = { [reports]: ['read:reports'], [billing]: ['pay'] };
  const { answer } = granted({
    facts: withCode({ grant: grant({ apis: both }) }),
    client: spa({ apis: both }),
    catalogue: catalogue(api(), billingApi()),
    resources: [billing],
  });
  assert.deepEqual(answer.access.audience, [billing]);
});

test('the question is read and never written to', () => {
  decideCodeExchange(frozen(codeQuestion()), nowMs);
  decideCodeExchange(frozen(codeQuestion({ facts: withCode({ redemption }) })), nowMs + dayMs);
});
