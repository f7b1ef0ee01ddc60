import assert from 'node:assert/strict';
import { it } from 'node:test';
import { environmentOf, wakefulClock } from './environment.ts';

it('a timer in the background does not keep the process alive', () => {
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const before = timers();
  const cancel = environmentOf({}).setTimer(60_000, () => {});
  assert.equal(timers(), before);
  cancel();
});

it('the clock of ages goes on while the machine sleeps, and takes no notice of one that is set back or put right', () => {
  let [wallMs, monotonicMs] = [1_000_000, 5];
  const now = wakefulClock({ wallMs: () => wallMs, monotonicMs: () => monotonicMs });
  const after = (wall: number, monotonic: number) => {
    [wallMs, monotonicMs] = [wallMs + wall, monotonicMs + monotonic];
    return now();
  };
  assert.equal(after(1_000, 1_000), 1_005);
  assert.equal(after(600_000, 10), 601_005);
  assert.equal(after(-3_600_000, 1_000), 602_005);
  assert.equal(after(1_400, 1_000), 603_005);
  assert.equal(after(1, 0.25), 603_005.25);
});
