import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSeed } from './campaign.ts';
import { calm, type Habits } from './device.ts';
import { countFalseSignOuts } from './false-sign-outs.ts';
import { randomFrom } from './random.ts';
import { commitThefts, type Theft, type TheftExperiment } from './thefts.ts';
import { Timeline } from './timeline.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Hourly tokens on a device that is always on; 9 exchanges in 1,000 lose something, and half of the losses hang for 30 s. */
const foreign: Habits = {
  ...calm,
  accessSeconds: 3600,
  renewsAt: [0.85, 0.95],
  sendsAttempts: false,
  lossRate: 0.009,
  hangShare: 0.5,
};
/** Our SDK where things are bad: many losses, late requests, sleep in the middle of an exchange, tabs that race. */
const harriedSdk: Habits = {
  ...foreign,
  sendsAttempts: true,
  lossRate: 0.05,
  lateShare: 0.5,
  sleepRate: 0.01,
  raceRate: 0.05,
};

describe('promise 1: a lost answer never logs anybody out', () => {
  for (const [name, retrySeconds] of [
    ['the default window', undefined],
    ['no window at all', 0],
  ] as const) {
    test(`SDK clients with attempts and ${name}: no false sign-out`, (t) => {
      const result = countFalseSignOuts({ seed: 1, deviceYears: 100, habits: harriedSdk, retrySeconds });
      t.diagnostic(`${result.falseSignOuts} false sign-outs in ${result.deviceYears} device-years`);
      assert.deepEqual(result.reasons, {});
    });
  }

  test('SDK clients with short-lived tokens: no false sign-out', () => {
    const habits = { ...harriedSdk, accessSeconds: 300 };
    assert.equal(countFalseSignOuts({ seed: 2, deviceYears: 30, habits }).falseSignOuts, 0);
  });

  test('clients without attempts: at most 0.1 a device-year with 60 s, and far more with 30 s', (t) => {
    const with60 = countFalseSignOuts({ seed: 3, deviceYears: 2000, habits: foreign, retrySeconds: 60 });
    const with30 = countFalseSignOuts({ seed: 3, deviceYears: 200, habits: foreign, retrySeconds: 30 });
    t.diagnostic(
      `60 s: ${with60.perDeviceYear.toFixed(3)} false sign-outs per device-year (${with60.deviceYears} of them)`,
    );
    t.diagnostic(
      `30 s: ${with30.perDeviceYear.toFixed(1)} false sign-outs per device-year (${with30.deviceYears} of them)`,
    );
    assert.ok(with60.perDeviceYear < 0.15, '0.1 at the precision at which it is promised');
    assert.ok(with30.perDeviceYear > 15);
    assert.deepEqual(Object.keys(with30.reasons), ['reuse_detected']);
  });

  test('clients without attempts that fall asleep in the middle of an exchange are beyond what 60 s can help', (t) => {
    const result = countFalseSignOuts({ seed: 4, deviceYears: 50, habits: { ...foreign, sleepRate: 0.0001 } });
    t.diagnostic(
      `one exchange in 10,000 cut by sleep: ${result.perDeviceYear.toFixed(2)} false sign-outs per device-year`,
    );
    assert.ok(result.perDeviceYear > 0.5, 'this is what attempts are for');
  });

  test('skipping undisturbed renewals counts as playing them does', (t) => {
    const full = countFalseSignOuts({
      seed: 5,
      deviceYears: 20,
      habits: foreign,
      retrySeconds: 30,
      isPlayedInFull: true,
    });
    t.diagnostic(`played in full: ${full.perDeviceYear.toFixed(1)} per device-year`);
    // Both count a rare event: 20 device-years at 22 a year have a standard deviation of 1.05.
    assert.ok(full.perDeviceYear > 22 - 4 * 1.05 && full.perDeviceYear < 22 + 4 * 1.05);
  });
});

const sdkVictim = (accessSeconds = 3600): Habits => ({
  ...calm,
  accessSeconds,
  renewsAt: [0.8, 0.9],
  sendsAttempts: true,
});
const foreignVictim = (accessSeconds = 3600): Habits => ({ ...sdkVictim(accessSeconds), sendsAttempts: false });
const predictableVictim: Habits = { ...foreignVictim(), renewsAt: [0.9, 0.9] };

const isFound = (theft: Theft) => theft.foundAfterMs !== undefined;

/** Commits thefts and asserts what holds for every one of them. */
function steal(experiment: Omit<TheftExperiment, 'seed' | 'thefts'>, thefts = 150): Theft[] {
  const committed = commitThefts({ seed: 7, thefts, ...experiment });
  for (const theft of committed) {
    assert.ok(theft.familiesEnded <= 1);
    assert.ok(theft.bystandersAlive);
  }
  return committed;
}

for (const [name, habits] of [
  ['an SDK victim', sdkVictim()],
  ['a victim without attempts', foreignVictim()],
] as const) {
  describe(`promise 2: a stolen rotating token of ${name} is found out and costs one family`, () => {
    test('used once at once: at the next renewal of the victim', () => {
      const thefts = steal({ strategy: 'once', habits, hours: 24 }, 400);
      const missed = thefts.filter((theft) => !isFound(theft));
      // A lone use within a minute before the victim's own looks like a second tab; what the thief got is spent at once after.
      for (const theft of missed) assert.ok(theft.apartMs <= 60_000 && theft.isLootSpent);
      for (const theft of thefts.filter(isFound))
        assert.ok(theft.foundAfterMs! > 60_000 && theft.foundAfterMs! < hourMs);
      assert.ok(missed.length / thefts.length < 0.05, `${missed.length} of ${thefts.length} missed`);
    });

    test('used once, and again a day later: always', () => {
      for (const theft of steal({ strategy: 'twice', habits, hours: 25 }, 400)) assert.ok(isFound(theft));
    });

    test('kept ahead of the victim: at the next renewal of the victim', () => {
      for (const theft of steal({ strategy: 'ahead', habits, hours: 24 }))
        assert.ok(theft.isUsedByVictim && isFound(theft) && theft.foundAfterMs! < hourMs);
    });

    test('presented weeks later: in that moment', () => {
      for (const theft of steal({ strategy: 'weeks_later', habits, hours: 24 * 30 }, 30)) {
        assert.deepEqual(theft.thiefRefusals, ['reuse_detected']);
        assert.equal(theft.isUsedByThief, false);
        assert.equal(theft.familiesEnded, 1);
      }
    });

    test('presented in a salvo beside the victim: no fork, and found an hour later', () => {
      for (const theft of steal({ strategy: 'race', habits, hours: 24 }))
        assert.ok(isFound(theft) && theft.foundAfterMs! <= hourMs);
    });

    test('presented as another client: worth nothing, and the victim never notices', () => {
      for (const theft of steal({ strategy: 'other_client', habits, hours: 24 }, 30)) {
        assert.deepEqual(theft.thiefRefusals, ['token_of_another_client']);
        assert.deepEqual([theft.isUsedByVictim, theft.familiesEnded], [true, 0]);
      }
    });
  });
}

/** Part of the thefts found within an hour, and the median time to it in minutes. */
function shadowing(habits: Habits): { withinTheHour: number; medianMinutes: number; longestMinutes: number } {
  const times = steal({ strategy: 'shadow', habits, hours: 72 }, 100)
    .map(({ foundAfterMs = Infinity }) => foundAfterMs / minuteMs)
    .toSorted((a, b) => a - b);
  const withinTheHour = times.filter((minutes) => minutes <= 60).length / times.length;
  return { withinTheHour, medianMinutes: times[times.length >> 1]!, longestMinutes: times.at(-1)! };
}

describe('a thief that shadows the victim within the retry window', () => {
  test('is not found by a victim that renews by the clock', () => {
    assert.equal(shadowing(predictableVictim).medianMinutes, Infinity);
  });

  for (const accessSeconds of [300, 600, 3600]) {
    test(`is always found when renewals are jittered by 10 % of ${accessSeconds} s, sooner when the victim sends attempts`, (t) => {
      const [sdk, other] = [shadowing(sdkVictim(accessSeconds)), shadowing(foreignVictim(accessSeconds))];
      for (const [name, { withinTheHour, medianMinutes, longestMinutes }] of Object.entries({ sdk, other })) {
        const figures = `median ${medianMinutes.toFixed(0)} min, longest ${longestMinutes.toFixed(0)} min`;
        t.diagnostic(`${accessSeconds} s, ${name}: ${(100 * withinTheHour).toFixed(0)} % within the hour, ${figures}`);
      }
      assert.ok(sdk.longestMinutes < 12 * 60 && other.longestMinutes < 36 * 60);
      assert.ok(sdk.medianMinutes <= 90 && sdk.withinTheHour >= other.withinTheHour);
      if (accessSeconds >= 600) assert.ok(sdk.medianMinutes <= 60 && sdk.withinTheHour >= 0.6);
    });
  }
});

test('with drawn habits, windows and strategies both promises hold', () => {
  for (let seed = 1; seed <= 4; seed += 1) assert.deepEqual(runSeed(seed).violations, []);
});

describe('the means of the model', () => {
  test('the same seed makes the same world, another seed another', () => {
    const first = (seed: number) => Array.from({ length: 5 }, randomFrom(seed).next);
    assert.deepEqual(first(1), first(1));
    assert.notDeepEqual(first(1), first(2));
  });

  test('random numbers are even enough', () => {
    const random = randomFrom(9);
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 100_000; count += 1) buckets[Math.floor(random.next() * 10)]! += 1;
    for (const bucket of buckets) assert.ok(bucket > 9500 && bucket < 10_500, String(bucket));
    const quiet = Array.from({ length: 20_000 }, () => random.quietCount(0.1));
    const mean = quiet.reduce((sum, count) => sum + count, 0) / quiet.length;
    assert.ok(mean > 8.7 && mean < 9.3, String(mean));
  });

  test('the timeline plays acts in the order of their time, then of their planning', () => {
    const timeline = new Timeline(0);
    const random = randomFrom(3);
    const played: number[] = [];
    const order: string[] = [];
    for (let count = 0; count < 500; count += 1)
      timeline.after(random.between(0, 1000), () => played.push(timeline.nowMs));
    for (const name of ['a', 'b', 'c']) timeline.after(2000, () => order.push(name));
    timeline.runUntil(1500);
    assert.equal(played.length, 500);
    assert.deepEqual(
      played,
      played.toSorted((a, b) => a - b),
    );
    assert.deepEqual(order, []);
    timeline.runUntil(2000);
    assert.deepEqual(order, ['a', 'b', 'c']);
  });
});
