import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  dayMs,
  facts,
  frozen,
  grant,
  laptop,
  ada,
  nowMs,
  policy,
  someAccess,
  spa,
  spaId,
  webId,
} from '../family.fixture.ts';
import type { FamilyId } from '@ostiary/wire';
import type { StatelessToken } from './stateless-token.ts';
import { judgeStateless, type StatelessPresentation } from './stateless.ts';

const runs = { numRuns: 2000 };
const mostly = <Value>(usual: Value, others: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
const { user, client, consent } = facts();
const stateless = policy({ stateless: true, absoluteSeconds: 90 * 86_400 });

const tokens: fc.Arbitrary<StatelessToken> = fc
  .record({
    expiresAtMs: mostly(nowMs + 80 * dayMs, fc.integer({ min: nowMs - 2, max: nowMs + 2 })),
    issuedAtMs: mostly(nowMs - 10 * dayMs, fc.integer({ min: nowMs - 91 * dayMs, max: nowMs })),
    jkt: mostly<string | undefined>('key 1', fc.constant(undefined)),
    needsDevice: fc.constantFrom(undefined, true as const),
  })
  .map(({ needsDevice, ...changes }) => ({
    id: 'fam_stateless' as FamilyId,
    userId: ada,
    clientId: spaId,
    deviceId: laptop,
    grant: { ...grant(), needsDevice },
    authTimeMs: nowMs - 10 * dayMs,
    userEpoch: user.epoch,
    clientEpoch: client.epoch,
    consentVersion: consent?.version ?? 0,
    ...changes,
  }));

/** Any presentation at all: most fields are as they should be. */
const presentations: fc.Arbitrary<StatelessPresentation> = fc
  .record({
    token: tokens,
    isRevoked: mostly(false, fc.constant(true)),
    user: mostly<typeof user | undefined>(
      user,
      fc.constantFrom(undefined, { ...user, isDisabled: true }, { ...user, epoch: user.epoch + 1 }),
    ),
    client: mostly(client, fc.constantFrom({ ...client, isDisabled: true }, { ...client, epoch: client.epoch + 1 })),
    consent: mostly(
      consent,
      fc.constantFrom(undefined, { version: 4, isWithdrawn: true }, { version: 99, isWithdrawn: false }),
    ),
    presenter: mostly(
      spa({ refresh: stateless }),
      fc.constantFrom(
        spa({ client_id: webId }),
        spa(),
        spa({ refresh: policy({ stateless: true, absoluteSeconds: 60 }) }),
      ),
    ),
    proofKey: mostly<string | undefined>('key 1', fc.constantFrom(undefined, 'key 2')),
    device: fc.constantFrom(undefined, 'same' as const, 'other' as const),
    access: mostly<StatelessPresentation['access']>(
      { ok: true, access: someAccess },
      fc.constantFrom({ ok: false, reason: 'permission_removed' }, { ok: false, reason: 'scope_not_covered' }),
    ),
  })
  .map(({ token, isRevoked, presenter, proofKey, device, access, ...state }) => ({
    facts: { token, isRevoked, ...state },
    client: presenter,
    isClientAuthenticated: false,
    proofKey,
    device,
    access,
  }));

const isUsed = (presented: StatelessPresentation) => judgeStateless(frozen(presented), nowMs).verdict === 'use';

describe('a stateless refresh token', () => {
  test('gives a new access token only where nothing speaks against it', () => {
    let uses = 0;
    fc.assert(
      fc.property(presentations, (presented) => {
        const { facts: state, client: presenter, proofKey, device, access } = presented;
        const { token } = state;
        const lifeMs = (presenter.refresh.absoluteSeconds ?? Infinity) * 1000;
        const isGood =
          presenter.client_id === token.clientId &&
          presenter.refresh.stateless === true &&
          token.jkt !== undefined &&
          token.jkt === proofKey &&
          (token.grant.needsDevice ? device === 'same' : device !== 'other') &&
          !state.isRevoked &&
          nowMs < Math.min(token.expiresAtMs, token.issuedAtMs + lifeMs) &&
          state.user?.isDisabled === false &&
          state.user.epoch === token.userEpoch &&
          !state.client.isDisabled &&
          state.client.epoch === token.clientEpoch &&
          state.consent?.isWithdrawn === false &&
          state.consent.version === token.consentVersion &&
          access.ok;
        uses += isGood ? 1 : 0;
        assert.equal(isUsed(presented), isGood);
      }),
      runs,
    );
    assert.ok(uses > 50, `${uses} of ${runs.numRuns} were good`);
  });

  test('stays dead: what took it away once takes it away at every later time', () => {
    fc.assert(
      fc.property(presentations, fc.integer({ min: 0, max: 200 * dayMs }), (presented, laterMs) => {
        if (isUsed(presented)) return;
        assert.notEqual(judgeStateless(presented, nowMs + laterMs).verdict, 'use');
      }),
      runs,
    );
  });

  test('a raised epoch of the user ends every one of them', () => {
    fc.assert(
      fc.property(presentations, (presented) => {
        const raised = { ...user, epoch: presented.facts.token.userEpoch + 1 };
        assert.equal(isUsed({ ...presented, facts: { ...presented.facts, user: raised } }), false);
      }),
      runs,
    );
  });

  test('whoever is not its holder learns nothing of its state', () => {
    fc.assert(
      fc.property(presentations, (presented) => {
        const foreign = { ...presented, client: { ...presented.client, client_id: webId } };
        assert.deepEqual(judgeStateless(foreign, nowMs), { verdict: 'foreign', reason: 'token_of_another_client' });
      }),
      runs,
    );
  });
});
