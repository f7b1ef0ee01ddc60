import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consent, device, request, session } from '../authorization.fixture.ts';
import { digest, facts, frozen, nowMs, spa } from '../family.fixture.ts';
import { decideDirectAuthorization, type DirectQuestion } from './authorization.ts';

const { user, client: clientState } = facts();

function decide(changes: Partial<DirectQuestion> = {}) {
  const rows = { user, session: session(), device: device(), clientState };
  const question = {
    ...rows,
    request: request(),
    client: spa({ directSignIn: true }),
    codeHash: digest('code'),
    ...changes,
  };
  return decideDirectAuthorization(frozen(question), nowMs);
}

const kindsIn = (decision: ReturnType<typeof decide>) => decision.plan?.inserts.map(({ kind }) => kind);

describe('the code of a direct sign-in', () => {
  test('comes with a consent where there was none, and with an event that says so', () => {
    const decision = decide();
    assert.deepEqual(kindsIn(decision), ['consent', 'code']);
    assert.deepEqual(
      decision.plan?.events.map(({ kind }) => kind),
      ['consent_given'],
    );
  });

  test('leaves a consent that allows it as it stands', () => {
    const given = consent({ scopes: request().scopes, apis: request().apis });
    const decision = decide({ consent: given });
    assert.deepEqual(kindsIn(decision), ['code']);
    assert.ok(decision.plan?.expects.some((each) => each.kind === 'consent' && each.version === given.version));
  });

  test('gives a withdrawn consent anew when the user signs in, and never without them', () => {
    const withdrawn = consent({ version: 5, withdrawnAtMs: nowMs - 1 });
    assert.deepEqual(kindsIn(decide({ consent: withdrawn })), ['consent', 'code']);
    const decision = decide({ consent: withdrawn, isUserAbsent: true });
    assert.deepEqual(decision, { kind: 'refused', refusal: { reason: 'consent_required' } });
  });

  test('holds what the call adds to the grant', () => {
    const decision = decide({ extras: { needsDevice: true, claims: { role: 'editor' } } });
    const { needsDevice, claims } = decision.kind === 'granted' ? decision.answer.grant : {};
    assert.deepEqual([needsDevice, claims], [true, { role: 'editor' }]);
  });

  test('is refused to a client that is disabled', () => {
    const decision = decide({ clientState: { ...clientState, isDisabled: true } });
    assert.deepEqual(decision, { kind: 'refused', refusal: { reason: 'client_disabled' } });
  });
});
