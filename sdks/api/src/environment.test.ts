import assert from 'node:assert/strict';
import { it } from 'node:test';
import { environmentOf } from './environment.ts';

it('a timer in the background does not keep the process alive', () => {
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const before = timers();
  const cancel = environmentOf({}).setTimer(60_000, () => {});
  assert.equal(timers(), before);
  cancel();
});
