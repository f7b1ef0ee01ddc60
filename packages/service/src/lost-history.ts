import { draft, planEndOfLostHistory } from '@ostiary/protocol';
import { StorageUnavailable } from '@ostiary/storage';
import type { Living } from '@ostiary/storage';
import type { Service } from './service.ts';
import { carryOut } from './settle.ts';

/** What a loss of history cost. */
export interface EndOfHistory {
  epoch: number;
  sessions: number;
  families: number;
}

/** What is read at once, and what one plan ends: plans that arrive together share a transaction. */
const rowsPerStep = 4_000;
const rowsPerPlan = 500;

/**
 * After a database went back in time: raises the restore epoch, so that no refresh token from before counts, removes codes
 * and pages in progress, and ends every session and family born until now with the cause `history_lost`. Killed half way, it
 * is run again. Throws `StorageUnavailable`.
 */
export async function endLostHistory(service: Service): Promise<EndOfHistory> {
  const { store, clock, keyring } = service;
  const nowMs = clock.now();
  // First: from here on no refresh token from before works, whatever becomes of the rest.
  const epoch = await store.upkeep.raiseRestoreEpoch(nowMs);
  await keyring.reload();
  await record(service);
  while ((await store.upkeep.removePending(rowsPerStep)) === rowsPerStep);
  const ended: EndOfHistory = { epoch, sessions: 0, families: 0 };
  for (;;) {
    const living = await store.upkeep.listLiving(nowMs, rowsPerStep);
    if (living.sessions.length + living.families.length === 0) return ended;
    await Promise.all(portionsOf(living).map((part) => mustCarryOut(service, planEndOfLostHistory(part, nowMs))));
    ended.sessions += living.sessions.length;
    ended.families += living.families.length;
  }
}

function portionsOf({ sessions, families }: Living): Living[] {
  const portions = Math.ceil(Math.max(sessions.length, families.length) / rowsPerPlan);
  return Array.from({ length: portions }, (_, index) => {
    const [from, to] = [index * rowsPerPlan, (index + 1) * rowsPerPlan];
    return { sessions: sessions.slice(from, to), families: families.slice(from, to) };
  });
}

async function record(service: Service): Promise<void> {
  await mustCarryOut(service, draft({ events: [{ kind: 'epoch_raised', cause: 'history_lost' }] }));
}

/** An operator watches: what could not be written is thrown, not answered. */
async function mustCarryOut(service: Service, plan: Parameters<typeof carryOut>[1]): Promise<void> {
  const answer = await carryOut(service, plan, service.draw.handle());
  if (!answer.ok) throw new StorageUnavailable('the database does not answer');
}
