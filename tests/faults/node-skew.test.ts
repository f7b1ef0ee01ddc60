import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import { Recorder } from './recorder.ts';
import { openWorld } from './world.ts';

const rounds = 6;

/** A node more than 5 s off is not ready; until that is noticed it answers. */
describe('two nodes whose clocks differ, and clients who repeat at the other node', () => {
  for (const { seconds, attempts } of [
    { seconds: 60, attempts: true },
    { seconds: -60, attempts: true },
    { seconds: 5, attempts: false },
    { seconds: -5, attempts: false },
  ]) {
    it(`by ${seconds} s: nobody who sends ${attempts ? 'attempts' : 'no attempts'} is signed out, and nothing forks`, async () => {
      const world = await openWorld('sqlite', { skewSeconds: [0, seconds] });
      const recorder = new Recorder(world.reach, { client_id: 'lab-spa' });
      const { family, token } = await world.bear();
      recorder.births.push({ family, token });
      let presented = token;
      for (let round = 0; round < rounds; round += 1) {
        const attempt = attempts ? { attempt: `attempt-number-${round}-of-this-client` } : {};
        for (const node of [round % 2, (round + 1) % 2]) {
          const outcome = await recorder.refresh({ family, actor: 'client', node, presented, ...attempt });
          assert.equal(outcome.kind, 'successor', JSON.stringify(outcome));
        }
        const last = recorder.operations.at(-1)!.outcome;
        presented = last.kind === 'successor' ? last.token : presented;
        world.clock.advance(30);
      }
      assert.deepEqual(violations(recorder.history(await statesIn(world.store, [family]))), []);
      await world.close();
    });
  }
});
