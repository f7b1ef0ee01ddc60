import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { CommitResult, FamilyFacts, Insertion, Plan } from '@ostiary/model';
import type { ClientId, FamilyId } from '@ostiary/wire';
import fc from 'fast-check';
import { StorageUnavailable } from '../committer.ts';
import type { Store } from '../store.ts';
import { firstRows, planWaves } from './arbitrary-plans.ts';
import type { NewPlace } from './place.ts';
import { withStore } from './place.ts';
import { bornMs, clientId, otherClientId, plan } from './rows.ts';
import { consentKey, Reference } from './reference.ts';

const clients = [clientId, otherClientId];

export function sequenceContract(newPlace: NewPlace): void {
  describe('any plans at all', () => {
    it('give the results and leave the rows that a sequential store gives and leaves', async () => {
      await fc.assert(
        fc.asyncProperty(planWaves, (waves) => withStore(newPlace, (store) => sameAsReference(store, waves))()),
        { numRuns: 60 },
      );
    });
  });
}

async function sameAsReference(store: Store, waves: Plan[][]): Promise<void> {
  const reference = new Reference(clients);
  await store.clients.sync(clients, bornMs);
  for (const wave of [[plan({ inserts: firstRows() })], ...waves]) {
    const results = await Promise.all(wave.map((each) => outcome(store.commit(each))));
    assert.deepEqual(
      results,
      wave.map((each) => reference.commit(each)),
    );
  }
  const inserted = [...firstRows(), ...waves.flat().flatMap(({ inserts }) => inserts)];
  for (const insertion of inserted) await sameRow(store, reference, insertion);
  assert.deepEqual(await store.audit.listRecent(1_000), reference.events.toReversed());
}

async function outcome(committing: Promise<CommitResult>): Promise<CommitResult | { kind: 'poisoned' }> {
  try {
    return await committing;
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error;
    return { kind: 'poisoned' };
  }
}

async function sameRow(store: Store, reference: Reference, insertion: Insertion): Promise<void> {
  switch (insertion.kind) {
    case 'user':
      return assert.deepEqual(await store.users.find(insertion.row.id), reference.users.get(insertion.row.id));
    case 'device':
      return assert.deepEqual(await store.devices.find(insertion.row.id), reference.devices.get(insertion.row.id));
    case 'session':
      return assert.deepEqual(await store.sessions.find(insertion.row.id), reference.sessions.get(insertion.row.id));
    case 'consent': {
      const { userId, clientId: id } = insertion.row;
      return assert.deepEqual(await store.consents.find(userId, id), reference.consents.get(consentKey(userId, id)));
    }
    case 'family':
      return assert.deepEqual(await store.families.find(insertion.row.id), factsIn(reference, insertion.row.id));
    case 'code':
      return assert.deepEqual(await store.codes.find(insertion.row.hash), reference.codes.get(insertion.row.hash));
    case 'interaction': {
      const { hash } = insertion.row;
      return assert.deepEqual(await store.interactions.find(hash), reference.interactions.get(hash));
    }
    case 'participant': {
      const { sessionId, clientId: id } = insertion.row;
      return assert.deepEqual(
        await store.participants.find(sessionId, id),
        reference.participants.get(`${sessionId} ${id}`),
      );
    }
    case 'revokedToken': {
      const { tokenId } = insertion;
      return assert.equal(await store.revokedTokens.has(tokenId), reference.revokedTokens.has(tokenId));
    }
  }
}

function factsIn(reference: Reference, id: FamilyId): FamilyFacts | undefined {
  const family = reference.families.get(id);
  if (!family) return undefined;
  const user = reference.users.get(family.userId)!;
  const device = reference.devices.get(family.deviceId)!;
  const session = reference.sessions.get(family.sessionId)!;
  const consent = reference.consents.get(consentKey(family.userId, family.clientId));
  return {
    family,
    user: { id: user.id, epoch: user.epoch, isDisabled: user.isDisabled, claims: user.claims },
    client: { id: family.clientId as ClientId, epoch: 0, isDisabled: false },
    device: { id: device.id, isRemoved: device.removedAtMs !== undefined },
    session: { id: session.id, ...(session.endCause && { endCause: session.endCause }) },
    ...(consent && { consent: { version: consent.version, isWithdrawn: consent.withdrawnAtMs !== undefined } }),
  };
}
