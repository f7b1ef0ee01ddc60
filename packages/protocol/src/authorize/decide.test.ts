import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Prompt } from '@ostiary/model';
import type { ResponseType } from '@ostiary/wire';
import {
  authorizationQuestion,
  challenge,
  consent,
  interaction,
  request,
  session,
  sessionPolicy,
  signIn,
} from '../authorization.fixture.ts';
import {
  ada,
  adaSession,
  bob,
  dayMs,
  digest,
  facts,
  frozen,
  hourMs,
  laptop,
  nowMs,
  reports,
  spa,
  spaId,
} from '../family.fixture.ts';
import { codeSeconds, decideAuthorization, type AuthorizationQuestion } from './decide.ts';

const silent = request({ prompts: ['none'] });
const refusedAs = (reason: string) => ({ kind: 'refused', refusal: { reason } });
const decide = (changes: Partial<AuthorizationQuestion> = {}) =>
  decideAuthorization(authorizationQuestion(changes), nowMs);
const kindOf = (changes: Partial<AuthorizationQuestion>) => decide(changes).kind;

/** The user signed in after the page was begun. */
const fresh = signIn({ session: session({ authTimeMs: nowMs - 1000 }) });

describe('a code', () => {
  const outcome = decide({ interaction: interaction(), request: request({ jkt: 'key' }) });
  assert.ok(outcome.kind === 'granted');
  const { grant, plan } = outcome;
  const { code } = grant;

  test('security 52: is bound to client, redirect URI, challenge, key, nonce, user, device, session and resources', () => {
    assert.deepEqual(code, {
      hash: digest('code'),
      clientId: spaId,
      userId: ada,
      deviceId: laptop,
      sessionId: adaSession,
      redirectUri: 'https://app.example/callback',
      redirectUriGiven: true,
      codeChallenge: challenge,
      jkt: 'key',
      nonce: 'n-0S6_WzA2Mj',
      grant: { scopes: ['openid', 'offline_access'], apis: { [reports]: ['read:reports'] }, acr: '1', amr: ['pwd'] },
      authTimeMs: nowMs - hourMs,
      userEpoch: 2,
      clientEpoch: 1,
      consentVersion: 4,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + 60_000,
    });
  });

  test('security 51: lives 60 seconds', () => assert.equal(codeSeconds, 60));

  test('expects all that it stands on, and uses up the page in progress', () => {
    assert.deepEqual(
      plan.expects.map(({ kind }) => kind),
      ['user', 'client', 'session', 'device', 'consent'],
    );
    assert.deepEqual(plan.consumes, [{ kind: 'interaction', hash: digest('ticket') }]);
    assert.deepEqual(plan.inserts, [{ kind: 'code', row: code }]);
    assert.deepEqual([plan.ends, plan.advances], [[], []]);
  });
});

describe('Back-Channel Logout 2.2: a client that is to be told joins the session with its answer', () => {
  const client = spa({ backchannel_logout_uri: 'https://app.example/logout' });
  const row = { sessionId: adaSession, clientId: spaId, joinedAtMs: nowMs };

  test('with a code, and with an ID token alone', () => {
    for (const responseType of ['code', 'id_token', 'code id_token'] as const) {
      const outcome = decide({ client, request: request({ responseType }) });
      assert.ok(outcome.kind === 'granted');
      assert.deepEqual(outcome.plan.inserts.at(-1), { kind: 'participant', row });
    }
  });

  test('and no other client does', () => {
    const outcome = decide();
    assert.ok(outcome.kind === 'granted');
    assert.deepEqual(
      outcome.plan.inserts.map(({ kind }) => kind),
      ['code'],
    );
  });
});

describe('Core 3.3: an ID token from the authorization endpoint', () => {
  const grantFor = (responseType: ResponseType) => {
    const asked = request({ responseType, scopes: ['openid', 'profile'], apis: {} });
    const outcome = decide({ request: asked, consent: consent({ scopes: ['openid', 'profile'] }) });
    assert.ok(outcome.kind === 'granted');
    return outcome;
  };
  const idToken = {
    authTimeMs: nowMs - hourMs,
    acr: '1',
    amr: ['pwd'],
    nonce: 'n-0S6_WzA2Mj',
    sessionId: adaSession,
    claims: facts().user.claims,
  };

  test('3.3.3.6: beside a code it tells who signed in, and no more', () => {
    const { grant, plan } = grantFor('code id_token');
    assert.deepEqual(grant.idToken, { ...idToken, scopes: ['openid'] });
    assert.deepEqual(plan.inserts, [{ kind: 'code', row: grant.code }]);
  });

  test('5.4: alone it has the claims that the scopes ask for, and there is no code', () => {
    const { grant, plan } = grantFor('id_token');
    assert.deepEqual(grant, { subject: ada, idToken: { ...idToken, scopes: ['openid', 'profile'] } });
    assert.deepEqual(plan.inserts, []);
    assert.equal(plan.expects.length, 5);
  });

  test('a page in progress that knows of no response type leads to a code alone', () => {
    const outcome = decide({ request: request({ responseType: undefined }) });
    assert.ok(outcome.kind === 'granted');
    assert.deepEqual(Object.keys(outcome.grant), ['subject', 'code']);
  });
});

describe('security 23: prompt=none shows no page', () => {
  const cases: [string, Partial<AuthorizationQuestion>, string][] = [
    ['nobody is signed in', { signIn: undefined }, 'login_required'],
    ['the session ended', { signIn: signIn({ session: session({ endedAtMs: nowMs - 1 }) }) }, 'login_required'],
    [
      'the session is over',
      { signIn: signIn({ session: session({ seenAtMs: nowMs - 3 * dayMs }) }) },
      'login_required',
    ],
    ['the user is disabled', { signIn: signIn({ user: { ...facts().user, isDisabled: true } }) }, 'login_required'],
    ['the sign-in is too old', { request: request({ prompts: ['none'], maxAgeSeconds: 60 }) }, 'login_required'],
    ['there is no consent', { consent: undefined }, 'consent_required'],
    ['the consent was withdrawn', { consent: consent({ withdrawnAtMs: nowMs - 1 }) }, 'consent_required'],
    ['more is asked than was allowed', { consent: consent({ apis: {} }) }, 'consent_required'],
  ];
  for (const [name, changes, reason] of cases) {
    test(`${reason} when ${name}`, () => assert.deepEqual(decide({ request: silent, ...changes }), refusedAs(reason)));
  }

  test('a code when all is in order', () => assert.equal(kindOf({ request: silent }), 'granted'));

  test('the same without prompt=none is a page', () => {
    for (const [name, { request: asked = request(), ...changes }, reason] of cases) {
      const kind = kindOf({ ...changes, request: { ...asked, prompts: [] } });
      assert.equal(kind, reason === 'login_required' ? 'sign_in' : 'ask_consent', name);
    }
  });
});

describe('security 24: prompt=login', () => {
  const asked = request({ prompts: ['login'] });

  test('asks for the password although a session stands', () => {
    assert.deepEqual(decide({ request: asked }), { kind: 'sign_in', why: 'asked' });
    assert.deepEqual(decide({ request: asked, interaction: interaction() }), { kind: 'sign_in', why: 'asked' });
  });

  test('is content with a sign-in after the page was begun', () => {
    assert.equal(kindOf({ request: asked, interaction: interaction(), signIn: fresh }), 'granted');
  });
});

describe('security 25: max_age', () => {
  const asked = (maxAgeSeconds: number) => request({ maxAgeSeconds });

  test('is enforced to the second', () => {
    assert.equal(kindOf({ request: asked(3600) }), 'granted');
    assert.deepEqual(decide({ request: asked(3599) }), { kind: 'sign_in', why: 'too_old' });
  });

  test('0 is as prompt=login', () => {
    const justNow = signIn({ session: session({ authTimeMs: nowMs }) });
    assert.equal(kindOf({ request: asked(0), signIn: justNow }), 'sign_in');
    assert.equal(kindOf({ request: asked(0), signIn: fresh, interaction: interaction() }), 'granted');
  });
});

describe('security 26: id_token_hint', () => {
  const hinted = request({ hintedSub: bob });

  test('another user signed in: a sign-in first', () => {
    assert.deepEqual(decide({ request: hinted }), { kind: 'sign_in', why: 'other_user_hinted' });
  });

  test('never a code for another user: prompt=none and a sign-in as the wrong user are login_required', () => {
    assert.deepEqual(decide({ request: { ...hinted, prompts: ['none'] } }), refusedAs('login_required'));
    assert.deepEqual(
      decide({ request: hinted, signIn: fresh, interaction: interaction() }),
      refusedAs('other_user_signed_in'),
    );
  });

  test('the user it names goes on', () => assert.equal(kindOf({ request: request({ hintedSub: ada }) }), 'granted'));
});

describe('prompt=select_account', () => {
  const asked = request({ prompts: ['select_account'] });

  test('shows the choice until the user made it', () => {
    assert.equal(kindOf({ request: asked }), 'choose_account');
    assert.equal(kindOf({ request: asked, interaction: interaction() }), 'choose_account');
    assert.equal(kindOf({ request: asked, interaction: interaction({ chosenSessionId: adaSession }) }), 'granted');
  });

  test('a new sign-in is a choice', () => {
    assert.equal(kindOf({ request: asked, interaction: interaction(), signIn: fresh }), 'granted');
  });
});

test('prompt=consent asks again although all is allowed', () => {
  assert.equal(kindOf({ request: request({ prompts: ['consent'] }) }), 'ask_consent');
});

test('the sign-in comes before the consent', () => {
  const prompts: Prompt[] = ['login', 'consent'];
  assert.equal(kindOf({ request: request({ prompts }) }), 'sign_in');
  assert.equal(kindOf({ request: request({ prompts }), interaction: interaction(), signIn: fresh }), 'ask_consent');
});

test('security 73: a disabled client gets nothing', () => {
  assert.deepEqual(decide({ clientState: { ...facts().client, isDisabled: true } }), refusedAs('client_disabled'));
});

test('the question is read and never written to', () => {
  decideAuthorization(frozen(authorizationQuestion({ sessionPolicy })), nowMs);
});
