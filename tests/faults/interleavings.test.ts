import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { crowdedScenes, explore, openTheatre, scenes, type Theatre } from './interleavings.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);
/** Most meetings have fewer schedules, and all are seen; of the others some, as the seed decides. */
const manySchedules = 200;
const someSchedules = 4;
const large = ['two exchanges of one code', 'an exchange and the withdrawal of its consent'];

describe(`the interleavings of two sessions (read committed, OSTIARY_SEED=${seed})`, () => {
  const stage = theatre(2, 'read committed');
  for (const [name, scene] of Object.entries(scenes)) {
    const isLarge = large.includes(name);
    it(`${name}: ${isLarge ? 'some' : 'all'}`, async (t) => {
      const random = isLarge ? { random: seededRandom(seed) } : {};
      const seen = await explore(await stage(), { scene, limit: isLarge ? 20 : manySchedules, ...random });
      assert.deepEqual(seen.violations, []);
      assert.ok(isLarge || seen.isWhole, 'there are more schedules');
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
