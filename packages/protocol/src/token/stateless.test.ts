import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientMetadata, FamilyId } from '@ostiary/wire';
import { ada, catalogue, dayMs, facts, grant, laptop, nowMs, policy, web, webId } from '../family.fixture.ts';
import type { Decision } from '../decision.ts';
import type { TokenGrant } from './grant.ts';
import type { StatelessToken } from './stateless-token.ts';
import { decideStatelessRefresh, introspectStateless, type StatelessQuestion } from './stateless.ts';

const refresh = policy({ rotation: 'off', boundTo: 'offline', stateless: true, absoluteSeconds: 90 * 86_400 });
const state = facts();

const token: StatelessToken = {
  id: 'fam_stateless' as FamilyId,
  userId: ada,
  clientId: webId,
  deviceId: laptop,
  grant: grant(),
  authTimeMs: nowMs - dayMs,
  issuedAtMs: nowMs - dayMs,
  expiresAtMs: nowMs + dayMs,
  userEpoch: state.user.epoch,
  clientEpoch: state.client.epoch,
  consentVersion: state.consent?.version ?? 0,
};

function refreshed(client: Partial<ClientMetadata>, changes: Partial<StatelessQuestion> = {}): Decision<TokenGrant> {
  return decideStatelessRefresh(
    {
      facts: { ...state, token, isRevoked: false },
      client: web({ refresh, ...client }),
      isClientAuthenticated: true,
      catalogue: catalogue(),
      request: { resources: [] },
      ...changes,
    },
    nowMs,
  );
}

function refusal(decision: Decision<TokenGrant>): unknown {
  return decision.kind === 'refused' ? decision.refusal : 'granted';
}

describe('a stateless refresh token of a client whose registration has changed', () => {
  test('is over when the client may not refresh any more, as a stored family is', () => {
    assert.equal(refreshed({}).kind, 'granted');
    const over = { reason: 'grant_ended', cause: 'permission_removed' };
    assert.deepEqual(refusal(refreshed({ grant_types: ['authorization_code'] })), over);
  });

  test('is over when the client keeps no secret any more and the token is bound to no key', () => {
    const changed = web({ refresh, token_endpoint_auth_method: 'none' });
    const over = { reason: 'grant_ended', cause: 'permission_removed' };
    const shown = { isClientAuthenticated: false, proofKey: 'any key' };
    assert.deepEqual(refusal(refreshed(changed, shown)), over);
    const here = { ...state, token, isRevoked: false };
    assert.deepEqual(introspectStateless(here, changed, 'https://id.example', nowMs), { active: false });
    const bound = { ...here, token: { ...token, jkt: 'any key' } };
    assert.equal(refreshed(changed, { ...shown, facts: bound }).kind, 'granted');
  });

  test('leaves a trace in the audit log where it is refused', () => {
    const foreign = refreshed({}, { isClientAuthenticated: false });
    const of = { userId: ada, clientId: webId, deviceId: laptop, familyId: token.id, kind: 'refused' };
    assert.deepEqual(foreign.plan?.events, [{ ...of, reason: 'client_auth_missing' }]);
    const late = refreshed({}, { facts: { ...state, token: { ...token, expiresAtMs: nowMs }, isRevoked: false } });
    assert.deepEqual(late.plan?.events, [{ ...of, cause: 'absolute_expired' }]);
  });
});
