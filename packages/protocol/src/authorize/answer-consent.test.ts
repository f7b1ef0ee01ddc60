import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizationQuestion, consent, interaction, request, session, signIn } from '../authorization.fixture.ts';
import { ada, adaSession, bob, digest, facts, frozen, nowMs, reports } from '../family.fixture.ts';
import { decideConsent } from './answer-consent.ts';
import type { AuthorizationQuestion } from './decide.ts';

const question = (changes: Partial<AuthorizationQuestion> = {}) =>
  authorizationQuestion({ consent: undefined, interaction: interaction(), ...changes });
const allow = (changes: Partial<AuthorizationQuestion> = {}) => decideConsent(question(changes), 'allow', nowMs);

describe('"allow"', () => {
  test('records the consent and makes the code in one commit', () => {
    const decision = allow();
    assert.equal(decision.kind, 'granted');
    assert.deepEqual(
      decision.plan?.inserts.map(({ kind }) => kind),
      ['consent', 'code'],
    );
    assert.deepEqual(decision.plan.consumes, [{ kind: 'interaction', hash: digest('ticket') }]);
    assert.deepEqual(
      decision.plan.events.map(({ kind, userId, sessionId }) => [kind, userId, sessionId]),
      [['consent_given', ada, adaSession]],
    );
  });

  test('the code carries the version of the consent it stands on', () => {
    const decision = allow({ consent: consent({ version: 9, apis: {} }) });
    assert.ok(decision.kind === 'granted');
    assert.equal(decision.answer.code?.consentVersion, 9);
    assert.deepEqual(
      decision.plan.expects.find(({ kind }) => kind === 'consent'),
      { kind: 'consent', userId: ada, clientId: 'lab-spa', version: 9 },
    );
  });

  test('a first consent expects that there is none', () => {
    const decision = allow();
    const expected = { kind: 'consent', userId: ada, clientId: 'lab-spa', version: undefined };
    assert.deepEqual(
      decision.plan?.expects.find(({ kind }) => kind === 'consent'),
      expected,
    );
  });

  test('grants what the ticket says, and nothing else', () => {
    const decision = allow();
    assert.ok(decision.kind === 'granted');
    assert.deepEqual(decision.answer.code?.grant.apis, { [reports]: ['read:reports'] });
  });
});

test('"deny" uses up the page and tells access_denied', () => {
  const decision = decideConsent(question(), 'deny', nowMs);
  assert.ok(decision.kind === 'refused');
  assert.deepEqual(decision.refusal, { reason: 'consent_denied' });
  assert.deepEqual(decision.plan?.consumes, [{ kind: 'interaction', hash: digest('ticket') }]);
  assert.deepEqual(decision.plan?.inserts, []);
});

describe('"allow" does not stand in for a sign-in that was asked for', () => {
  const cases: [string, Partial<AuthorizationQuestion>, string][] = [
    ['nobody is signed in', { signIn: undefined }, 'login_required'],
    [
      'the session ended while the page was open',
      { signIn: signIn({ session: session({ endedAtMs: nowMs }) }) },
      'login_required',
    ],
    ['security 24: prompt=login', { request: request({ prompts: ['login', 'consent'] }) }, 'login_required'],
    ['security 25: max_age', { request: request({ maxAgeSeconds: 60 }) }, 'login_required'],
    ['security 26: the hint names another user', { request: request({ hintedSub: bob }) }, 'login_required'],
    ['no account was chosen', { request: request({ prompts: ['select_account'] }) }, 'account_selection_required'],
    ['security 73: a disabled client', { clientState: { ...facts().client, isDisabled: true } }, 'client_disabled'],
  ];
  for (const [name, changes, reason] of cases) {
    test(`${name}: ${reason}`, () => {
      assert.deepEqual(allow(changes), { kind: 'refused', refusal: { reason } });
    });
  }

  test('after it the answer counts', () => {
    const fresh = signIn({ session: session({ authTimeMs: nowMs - 1 }) });
    assert.equal(allow({ signIn: fresh, request: request({ prompts: ['login', 'consent'] }) }).kind, 'granted');
  });
});

test('the question is read and never written to', () => {
  decideConsent(frozen(question()), 'allow', nowMs);
});
