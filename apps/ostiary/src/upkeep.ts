import { keepUp } from '@ostiary/service';
import type { Service } from '@ostiary/service';

const everyMs = 60_000;

export interface UpkeepParts {
  /** The service of the moment. */
  service(): Service;
  /** A node whose clock is wrong must not remove what it takes for expired. */
  isClockRight(): boolean;
}

/** Housekeeping once a minute, one round at a time. A round that fails is logged; the next one tries again. */
export function startUpkeep({ service, isClockRight }: UpkeepParts): { stop(): Promise<void> } {
  let round: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (!isClockRight()) return;
    round ??= keepUp(service())
      .then(() => undefined)
      .catch((fault: unknown) => service().log.error('upkeep_failed', { error: nameOf(fault) }))
      .finally(() => (round = undefined));
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

function nameOf(fault: unknown): string {
  return fault instanceof Error ? fault.name : typeof fault;
}
