import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { crowdedScenes, explore, openTheatre, scenes, type Theatre } from './interleavings.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);
/** Enough for all schedules of two sessions; the run fails if it were not. */
const allSchedules = 400;
const someSchedules = 12;

describe('every interleaving of two sessions (read committed)', () => {
  const stage = theatre(2, 'read committed');
  for (const [name, scene] of Object.entries(scenes)) {
    it(name, async (t) => {
      const seen = await explore(await stage(), { scene, limit: allSchedules });
      assert.deepEqual(seen.violations, []);
      assert.ok(seen.isWhole, 'there are more schedules');
      t.diagnostic(`${seen.schedules} schedules`);
    });
  }
});

for (const isolation of ['repeatable read', 'serializable'] as const) {
  describe(`some interleavings of two sessions (${isolation}, OSTIARY_SEED=${seed})`, () => {
    const stage = theatre(2, isolation);
    for (const [name, scene] of Object.entries(scenes)) {
      it(name, async () => {
        const seen = await explore(await stage(), { scene, limit: someSchedules, random: seededRandom(seed) });
        assert.deepEqual(seen.violations, []);
      });
    }
  });
}

describe(`some interleavings of three sessions (read committed, OSTIARY_SEED=${seed})`, () => {
  const stage = theatre(3, 'read committed');
  for (const [name, scene] of Object.entries(crowdedScenes)) {
    it(name, async () => {
      const seen = await explore(await stage(), { scene, limit: someSchedules, random: seededRandom(seed) });
      assert.deepEqual(seen.violations, []);
    });
  }
});

/** A theatre for the tests of one block. */
function theatre(...wishes: Parameters<typeof openTheatre>): () => Promise<Theatre> {
  let opened: Promise<Theatre>;
  before(async () => {
    opened = openTheatre(...wishes);
    await opened;
  });
  after(async () => (await opened).close());
  return () => opened;
}
