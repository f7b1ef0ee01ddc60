// node tests/model/campaign.ts --seeds N --minutes M: the model of thieves and honest clients, longer and with drawn habits.
import { parseArgs } from 'node:util';
import { type Habits } from './device.ts';
import { countFalseSignOuts } from './false-sign-outs.ts';
import { randomFrom, type Random } from './random.ts';
import { commitThefts, type Theft } from './thefts.ts';
import type { Strategy } from './thief.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '5' },
    from: { type: 'string', default: '1' },
  },
});
const seeds = Number(values.seeds);
const endMs = performance.now() + Math.min(Number(values.minutes), 120) * 60_000;
const strategies: Strategy[] = ['once', 'twice', 'shadow', 'ahead', 'weeks_later', 'other_client', 'race'];
/** Strategies in which thief and victim both go on, so that the theft must be found. */
const lasting = new Set<Strategy>(['twice', 'shadow', 'ahead', 'race']);

let [deviceYears, thefts, found, done] = [0, 0, 0, 0];
const violations: string[] = [];
for (let seed = Number(values.from); done < seeds && performance.now() < endMs; seed += 1, done += 1) runSeed(seed);
console.log(`${done} seeds: ${deviceYears} device-years of SDK clients, ${thefts} thefts, ${found} found out`);
for (const violation of violations) console.log(`VIOLATION ${violation}`);
process.exitCode = violations.length === 0 && done > 0 ? 0 : 1;

/** One seed draws habits and a retry window, and tries both promises with them. */
function runSeed(seed: number): void {
  const random = randomFrom(seed);
  const habits = drawHabits(random);
  const retrySeconds = random.pick([0, 10, 30, 60]);
  const alone = countFalseSignOuts({ seed, deviceYears: 20, habits, retrySeconds });
  deviceYears += alone.deviceYears;
  if (alone.falseSignOuts > 0) violations.push(`seed ${seed}: ${alone.falseSignOuts} false sign-outs`);
  const strategy = random.pick(strategies);
  for (const theft of commitThefts({ seed, thefts: 10, strategy, habits, retrySeconds, hours: 24 * 30 })) {
    thefts += 1;
    if (theft.foundAfterMs !== undefined) found += 1;
    const broken = brokenPromise(theft, strategy);
    if (broken !== undefined)
      violations.push(`seed ${seed}, ${strategy}, ${JSON.stringify({ habits, retrySeconds, theft })}: ${broken}`);
  }
}

function drawHabits(random: Random): Habits {
  const earliest = random.between(0.5, 0.85);
  return {
    accessSeconds: random.pick([300, 600, 900, 3600, 7200]),
    renewsAt: [earliest, earliest + random.between(0.1, 0.14)],
    sendsAttempts: true,
    lossRate: random.between(0.001, 0.1),
    hangShare: random.next(),
    lateShare: random.next(),
    sleepRate: random.between(0.0001, 0.02),
    raceRate: random.between(0, 0.1),
  };
}

function brokenPromise(theft: Theft, strategy: Strategy): string | undefined {
  if (theft.familiesEnded > 1 || !theft.bystandersAlive) return 'it cost more than one family';
  if (strategy === 'other_client' && theft.familiesEnded > 0) return 'another client could end the family';
  const mustBeFound = lasting.has(strategy) && theft.isUsedByThief && theft.isUsedByVictim;
  return mustBeFound && theft.foundAfterMs === undefined ? 'not found in 30 days' : undefined;
}
