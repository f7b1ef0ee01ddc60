import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { AuditEvent } from '@ostiary/model';
import type { NewPlace } from './place.ts';
import { withStore } from './place.ts';
import { ada, bornMs, clientId, event, eventId, familyId, laptop, signIn, userId } from './rows.ts';
import { mustCommit } from './world.ts';

const full: AuditEvent = event('full', {
  kind: 'refused',
  userId: ada,
  clientId,
  deviceId: laptop,
  sessionId: signIn,
  familyId: familyId('f'),
  cause: 'reuse_detected',
  reason: 'spent 7 rotations ago',
  correlationId: 'cor-1',
});

export function auditContract(newPlace: NewPlace): void {
  describe('audit', () => {
    it(
      'events are read as they were written, even when what they tell of is not there',
      withStore(newPlace, async (store) => {
        await mustCommit(store, { events: [full] });
        await mustCommit(store, { events: [event('bare', { kind: 'sign_in_failed' })] });
        assert.deepEqual(await store.audit.listRecent(10), [event('bare', { kind: 'sign_in_failed' }), full]);
      }),
    );

    it(
      'lists are newest first, of one user or family or of everybody, and no longer than the limit',
      withStore(newPlace, async (store) => {
        const labels = ['0', '1', '2', '3', '4', '5'];
        for (const [index, label] of labels.entries()) {
          const isEven = index % 2 === 0;
          const row = { userId: userId(isEven ? 'ada' : 'bob'), familyId: familyId(isEven ? 'f' : 'g') };
          await mustCommit(store, { events: [event(label, { atMs: bornMs + index, ...row })] });
        }
        const idsOf = (events: AuditEvent[]) => events.map(({ id }) => id);
        assert.deepEqual(idsOf(await store.audit.listByUser(ada, 2)), ['4', '2'].map(eventId));
        assert.deepEqual(idsOf(await store.audit.listByFamily(familyId('g'), 10)), ['5', '3', '1'].map(eventId));
        assert.deepEqual(idsOf(await store.audit.listRecent(4)), ['5', '4', '3', '2'].map(eventId));
        assert.deepEqual(await store.audit.listByUser(userId('nobody'), 10), []);
      }),
    );
  });
}
