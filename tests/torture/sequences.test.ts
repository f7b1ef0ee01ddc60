import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Person, step } from './person.ts';
import { openHouse, type House } from './virtual-world.ts';

const runs = { numRuns: 40, seed: 20_261_122, endOnFailure: true };

describe('whatever happens in whatever order, a session ends only by a true invalid_grant, policy or sign-out', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  for (const storage of ['memory', 'session', 'local'] as const) {
    it(`with ${storage} storage`, async () => {
      const property = fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { minLength: 3, maxLength: 12 }),
        async (seed, tabs, steps) => {
          const person = new Person(house.open(seed), storage);
          await person.begin(tabs);
          for (const each of steps) await person.take(each);
          await person.settle();
        },
      );
      await fc.assert(property, runs);
    });
  }
});
