import { HonestDevice, type Habits } from './device.ts';
import { randomFrom } from './random.ts';
import { ModelServer } from './server.ts';
import { Thief, type Scene, type Strategy } from './thief.ts';
import { Timeline } from './timeline.ts';

export interface TheftExperiment {
  seed: number;
  thefts: number;
  strategy: Strategy;
  habits: Habits;
  retrySeconds?: number;
  /** How long one theft is watched, in hours of virtual time. */
  hours: number;
}

/** What became of one theft. */
export interface Theft {
  /** From the thief's first success to the end of the family; undefined = not found within the time. */
  foundAfterMs?: number;
  isUsedByThief: boolean;
  isUsedByVictim: boolean;
  /** From the thief's first success to the next arrival of the victim. */
  apartMs: number;
  /** Whether the token that the thief holds at the end has been spent by the victim. */
  isLootSpent: boolean;
  familiesEnded: number;
  bystandersAlive: boolean;
  thiefRefusals: string[];
}

/** Each theft in a world of its own: a victim with a second device, a neighbour, and a thief. */
export function commitThefts(experiment: TheftExperiment): Theft[] {
  return Array.from({ length: experiment.thefts }, (_, index) => commitTheft(experiment, index));
}

function commitTheft({ seed, strategy, habits, retrySeconds = 60, hours }: TheftExperiment, index: number): Theft {
  const timeline = new Timeline(0);
  const server = new ModelServer({ retrySeconds });
  const random = randomFrom(seed * 100_003 + index);
  const world = { server, timeline, random };
  const lifetimeMs = habits.accessSeconds * 1000;
  const [victim, ...bystanders] = ['victim', 'second device', 'neighbour'].map(
    (name) => new HonestDevice(world, habits, name, () => undefined),
  );
  if (victim === undefined) throw new Error('there is a victim');
  for (const device of [victim, ...bystanders]) device.start();
  // The thief copies what is stored; where answers are lost, a newer token may be on its way.
  const stolenAtMs = random.between(3 * lifetimeMs, 6 * lifetimeMs);
  timeline.runUntil(stolenAtMs);
  timeline.nowMs = stolenAtMs;
  const arrivedBefore = victim.arrivedAtMs;
  const windows = {
    beforeMs: (habits.sendsAttempts ? Math.min(10, retrySeconds) : retrySeconds) * 1000,
    afterMs: retrySeconds * 1000,
  };
  const thief = new Thief({ server, timeline, random, victim, habits, windows } satisfies Scene);
  thief.act(strategy);
  const endMs = stolenAtMs + hours * 3_600_000;
  timeline.runUntil(endMs, () => victim.arrivedAtMs !== arrivedBefore);
  const apartMs = timeline.nowMs - (thief.firstUseMs ?? 0);
  timeline.runUntil(endMs, () => server.endings.length > 0);

  const stolen = server.family(victim.token.familyId);
  const ending = server.endings.find(({ familyId }) => familyId === stolen.id);
  return {
    ...(ending && { foundAfterMs: ending.atMs - (thief.firstUseMs ?? ending.atMs) }),
    isUsedByThief: thief.firstUseMs !== undefined,
    isUsedByVictim: victim.arrivedAtMs !== arrivedBefore,
    apartMs,
    isLootSpent: thief.token.generation < stolen.generation,
    familiesEnded: server.endings.length,
    bystandersAlive: bystanders.every(({ token }) => server.family(token.familyId).endCause === undefined),
    thiefRefusals: thief.replies.flatMap((reply) => (reply.kind === 'refused' ? [reply.reason] : [])),
  };
}
