import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { raceForCode, raceInWindow, raceStrictly, raceWithAssertion, racingSettings } from './races.ts';
import { openWorld, type World } from './world.ts';

/** How many at once, and how often; `npm run faults` does more of each. */
const races = [
  { count: 2, rounds: 40 },
  { count: 8, rounds: 20 },
  { count: 64, rounds: 5 },
  { count: 256, rounds: 2 },
];

for (const kind of ['sqlite', 'postgres'] as const) {
  describe(`two nodes on one database (${kind})`, () => {
    let world: World;
    before(async () => {
      world = await openWorld(kind, { settings: racingSettings() });
    });
    after(() => world.close());

    for (const { count, rounds } of races) {
      it(`give ${count} who present one token at once the same successor, ${rounds} times`, async () => {
        assert.deepEqual(await raceInWindow(world, count, rounds), []);
      });

      it(`answer one of ${count} where repeats are not allowed, and end the family, ${Math.ceil(rounds / 4)} times`, async () => {
        assert.deepEqual(await raceStrictly(world, count, Math.ceil(rounds / 4)), []);
      });

      it(`redeem a code that ${count} present at once for one of them`, async () => {
        for (const isOneAttempt of [true, false]) assert.deepEqual(await raceForCode(world, count, isOneAttempt), []);
      });

      it(`take an assertion that ${count} present at once from one of them`, async () => {
        assert.deepEqual(await raceWithAssertion(world, count), []);
      });
    }
  });
}
