import { StorageUnavailable } from '@ostiary/storage';
import { draft } from '@ostiary/protocol';
import type { Service } from './service.ts';
import { carryOut } from './settle.ts';

const rowsPerStep = 500;

/** One round of housekeeping: counters to their rows, expired rows out in small steps, retired keys after their last token. */
export async function keepUp(service: Service): Promise<{ removed: number }> {
  await flushCounters(service);
  try {
    let removed = 0;
    for (;;) {
      const step = await service.store.upkeep.removeExpired(service.clock.now(), rowsPerStep, service.settings.session);
      removed += step;
      if (step < rowsPerStep) return { removed: removed + (await service.keyring.removeRetired()) };
    }
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    service.log.warn('upkeep_postponed');
    return { removed: 0 };
  }
}

/** Writes the counts that were put off: before a node stops, nothing else is due. */
export async function flushCounters(service: Service): Promise<void> {
  const touches = service.retries.drain();
  if (touches.length > 0) await carryOut(service, draft({ touches }), service.draw.handle());
}
