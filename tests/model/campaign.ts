// node tests/model/campaign.ts --seeds N --minutes M: the model of thieves and honest clients, longer, with drawn habits.
import { parseArgs } from 'node:util';
import type { Habits } from './device.ts';
import { countFalseSignOuts } from './false-sign-outs.ts';
import { randomFrom, type Random } from './random.ts';
import { commitThefts, type Theft } from './thefts.ts';
import type { Strategy } from './thief.ts';

const strategies: Strategy[] = ['once', 'twice', 'shadow', 'ahead', 'weeks_later', 'other_client', 'race'];
/** Strategies in which thief and victim both go on, so that the theft must be found. */
const lasting = new Set<Strategy>(['twice', 'shadow', 'ahead', 'race']);

export interface SeedResult {
  deviceYears: number;
  thefts: number;
  found: number;
  /** Promises that were broken, with all that is needed to see it again. */
  violations: string[];
}

/** One seed draws a strategy, the habits of an SDK client and a retry window, and tries both promises with them. */
export function runSeed(seed: number): SeedResult {
  const random = randomFrom(seed);
  const habits = drawHabits(random);
  const retrySeconds = random.pick([0, 10, 30, 60]);
  const strategy = random.pick(strategies);
  const alone = countFalseSignOuts({ seed, deviceYears: 20, habits, retrySeconds });
  const thefts = commitThefts({ seed, thefts: 10, strategy, habits, retrySeconds, hours: 24 * 30 });
  const circumstances = JSON.stringify({ seed, strategy, habits, retrySeconds });
  return {
    deviceYears: alone.deviceYears,
    thefts: thefts.length,
    found: thefts.filter(({ foundAfterMs }) => foundAfterMs !== undefined).length,
    violations: [
      ...(alone.falseSignOuts > 0 ? [`${circumstances}: ${alone.falseSignOuts} false sign-outs`] : []),
      ...thefts.flatMap((theft) => {
        const broken = brokenPromise(theft, strategy);
        return broken === undefined ? [] : [`${circumstances} ${JSON.stringify(theft)}: ${broken}`];
      }),
    ],
  };
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

function main(): void {
  const text = { type: 'string' } as const;
  const options = {
    seeds: { ...text, default: '100' },
    minutes: { ...text, default: '5' },
    from: { ...text, default: '1' },
  };
  const { seeds, minutes, from } = parseArgs({ options }).values;
  const endMs = performance.now() + Math.min(Number(minutes), 120) * 60_000;
  const results: SeedResult[] = [];
  while (results.length < Number(seeds) && performance.now() < endMs)
    results.push(runSeed(Number(from) + results.length));
  const sum = (field: 'deviceYears' | 'thefts' | 'found') =>
    results.reduce((total, result) => total + result[field], 0);
  const violations = results.flatMap((result) => result.violations);
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(`${results.length} seeds: ${sum('deviceYears')} device-years of SDK clients,`);
  console.log(`${sum('thefts')} thefts, ${sum('found')} found out; ${violations.length} violations`);
  process.exitCode = violations.length === 0 && results.length > 0 ? 0 : 1;
}

if (import.meta.main) main();
