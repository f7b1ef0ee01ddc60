import type { KeptGrant } from './grant.ts';
import { leave } from './leaving.ts';
import { newLease } from './parts.ts';
import type { Parts } from './parts.ts';
import { renew } from './renewal.ts';
import { openRounds } from './rounds.ts';
import type { Rounds } from './rounds.ts';
import { openTrouble } from './trouble.ts';

/** Other processes hand over, too; and after a sleep of the machine no timer can be trusted for long. */
const longestSleepMs = 300_000;
const shortestSleepMs = 500;
const storePauseMs = 5_000;

/**
 * Renews what is due, a few at a time, by one timer for all grants: it asks the store what is due, and when the next will be.
 * To stop it is to wait for what it began.
 */
export function openScheduler(parts: Parts, concurrency: number): Rounds {
  const { environment, time, store, clientId } = parts;
  const running = new Set<Promise<void>>();
  const trouble = openTrouble(parts);

  const run = (grant: KeptGrant, untilMs: number) => {
    const work = grant.state.kind === 'leaving' ? leave(parts, grant) : renew(parts, { grant, untilMs });
    const ended = work
      .then(trouble.note, (fault: unknown) => parts.emit('storeFailed', { fault }))
      .finally(() => {
        running.delete(ended);
        rounds.look();
      });
    running.add(ended);
  };
  /** Leases what there is room for, and tells how long to sleep. Where there is no room, the next end wakes. */
  const ask = async (): Promise<number> => {
    const quietMs = trouble.quietUntilMs() - time.now();
    if (quietMs > 0) return quietMs;
    const room = (trouble.isThere() ? 1 : concurrency) - running.size;
    if (room <= 0) return longestSleepMs;
    // Leases go by the issuer's clock, which its metadata tell.
    await parts.provider().catch(() => undefined);
    const lease = newLease(parts);
    const due = await store.claim({ dueOf: clientId, limit: room }, lease);
    for (const grant of due) run(grant, lease.untilMs);
    if (due.length === room) return longestSleepMs;
    return ((await store.nextDueMs(clientId)) ?? Infinity) - time.now();
  };
  const rounds = openRounds(environment, () =>
    ask().then(
      (sleepMs) => Math.min(longestSleepMs, Math.max(shortestSleepMs, sleepMs)),
      (fault: unknown) => {
        parts.emit('storeFailed', { fault });
        return storePauseMs;
      },
    ),
  );
  return {
    ...rounds,
    async stop() {
      await rounds.stop();
      await Promise.all(running);
    },
  };
}
