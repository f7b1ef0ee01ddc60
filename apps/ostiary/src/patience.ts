import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, messageOf, Stop } from './stop.ts';
import { whyNotOpened } from './why-not-opened.ts';

/** What a wait is measured with and told to. */
export interface Patience {
  /** The database in messages. */
  name: string;
  tell(why: string, leftMs: number): void;
  monotonicMs?: () => number;
  pause?: (ms: number) => Promise<unknown>;
}

const patienceMs = 30_000;
const betweenMs = 500;

/** Of PostgreSQL: too late, too many connections, starting, stopping, in each other's way. */
const passingCodes = new Set(
  ['57014', '53300', '57P01', '57P02', '57P03', '55P03', '40001', '40P01'].concat('ETIMEDOUT', 'ECONNRESET', 'EPIPE'),
);

/**
 * Does `work` again while a database that is there does not answer in time, for half a minute in all: a start on a busy
 * machine is late, not refused. What another try cannot mend is thrown at once. Throws `Stop` when the time is over.
 */
export async function withPatience<T>(
  work: () => Promise<T>,
  { name, tell, monotonicMs = () => performance.now(), pause: wait = pause }: Patience,
): Promise<T> {
  const endMs = monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!mayPass(fault)) throw fault;
      const leftMs = endMs - monotonicMs();
      const why = whyNotOpened(fault);
      if (leftMs <= 0) {
        const message = `the database ${name} did not answer in time for ${patienceMs / 1000} s: ${why}`;
        throw new Stop(message, { cause: fault });
      }
      tell(why, Math.ceil(leftMs));
      await wait(betweenMs);
    }
  }
}

/** Whether the adapter said that the database is not available, for a reason that time may mend. */
function mayPass(fault: unknown): boolean {
  const chain = [...causesOf(fault)];
  if (!chain.some((each) => each instanceof Error && each.name === 'StorageUnavailable')) return false;
  const deepest = chain.at(-1);
  const code = codeOf(deepest);
  if (code !== undefined) return passingCodes.has(code);
  const isOwn = deepest instanceof Error && ['StorageUnavailable', 'ConnectionLost'].includes(deepest.name);
  // The words of the driver for a connection that did not come about in time, or broke.
  return isOwn || /timeout|terminated/i.test(messageOf(deepest));
}

function* causesOf(fault: unknown): Generator {
  yield fault;
  if (fault instanceof Error && fault.cause !== undefined) yield* causesOf(fault.cause);
}
