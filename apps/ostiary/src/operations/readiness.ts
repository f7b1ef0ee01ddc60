import type { Vitals } from './pulse.ts';

/** Whether a node should get requests, and why not. Holds no secrets: whoever reaches the port may read it. */
export interface Readiness {
  isReady: boolean;
  checks: Record<'serving' | 'storage' | 'clock' | 'keys', Check>;
  /** What somebody should look at although the node is ready. */
  warnings: string[];
  nodes: number;
}

interface Check {
  ok: boolean;
  detail?: string;
}

/** Two looks failed, or hang. */
const storeSilentMs = 12_000;
/** New keys are published 10 minutes before they sign: a node that read none for half a minute may miss some, and says so. */
const keysStaleMs = 30_000;

export function readinessOf(vitals: Vitals, { isStopping, nowMs }: { isStopping: boolean; nowMs: number }): Readiness {
  const { clock, didStoreAnswer, storeAnsweredAtMs, keysReadAtMs, agreement, nodes } = vitals;
  const isFresh = (atMs: number | undefined, maxMs: number) => atMs !== undefined && nowMs - atMs <= maxMs;
  const checks: Readiness['checks'] = {
    serving: isStopping ? { ok: false, detail: 'the server was told to stop' } : { ok: true },
    storage:
      didStoreAnswer === true && isFresh(storeAnsweredAtMs, storeSilentMs)
        ? { ok: true }
        : { ok: false, detail: 'the database does not answer' },
    clock: clockCheck(clock),
    keys: isFresh(keysReadAtMs, keysStaleMs)
      ? { ok: true }
      : { ok: false, detail: 'the keys could not be read for more than 30 s' },
  };
  const warnings = agreement.isOverdue ? ['nodes differ in their configuration for more than 30 s'] : [];
  return { isReady: Object.values(checks).every(({ ok }) => ok), checks, warnings, nodes: nodes.length };
}

function clockCheck(clock: Vitals['clock']): Check {
  if (clock === undefined) return { ok: false, detail: 'the clock was not compared yet' };
  const { isRight, offsetMs } = clock;
  const seconds = (Math.abs(offsetMs) / 1000).toFixed(1);
  if (isRight) return { ok: true };
  return {
    ok: false,
    detail: `the clock of this machine went back, or is ${seconds} s ${offsetMs < 0 ? 'behind' : 'ahead of'} the database's`,
  };
}
