import { describe } from 'node:test';
import { auditContract } from './audit.ts';
import { batchesContract } from './batches.ts';
import { clientsContract } from './clients.ts';
import { clusterContract } from './cluster.ts';
import { commitContract } from './commit.ts';
import { familiesContract } from './families.ts';
import { flowsContract } from './flows.ts';
import { keysContract } from './keys.ts';
import { peopleContract } from './people.ts';
import { participantsContract } from './participants.ts';
import type { NewPlace } from './place.ts';
import { revocationsContract } from './revocations.ts';
import { sequenceContract } from './sequence.ts';
import { upkeepContract } from './upkeep.ts';
import { writeSkewContract } from './write-skew.ts';

export type { NewPlace, StoragePlace } from './place.ts';
/** Rows and steps of the suite, for the tests of what only one adapter has. */
export * from './rows.ts';
export * from './world.ts';

/**
 * What every storage adapter must keep, as tests of node:test. `newPlace` makes an empty place; the suite may open several
 * stores on one place, each of which must have a connection of its own.
 */
export function describeStorageContract(name: string, newPlace: NewPlace): void {
  describe(`${name} keeps the storage contract`, () => {
    commitContract(newPlace);
    batchesContract(newPlace);
    writeSkewContract(newPlace);
    revocationsContract(newPlace);
    sequenceContract(newPlace);
    familiesContract(newPlace);
    peopleContract(newPlace);
    flowsContract(newPlace);
    clientsContract(newPlace);
    keysContract(newPlace);
    auditContract(newPlace);
    participantsContract(newPlace);
    upkeepContract(newPlace);
    clusterContract(newPlace);
  });
}
