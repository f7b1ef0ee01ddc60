import { AggregatorRegistry } from 'prom-client';
import type { Crew, Status } from './crew.ts';
import type { Insight } from './page.ts';
import type { Readiness } from './readiness.ts';

/** One page for all workers: ready when every one is, and their numbers added up. */
export function crewInsight(crew: Pick<Crew, 'statuses'>, isStopping: () => boolean): Insight {
  return {
    readiness: async () => combine(await crew.statuses(), isStopping()),
    async metrics() {
      const statuses = await crew.statuses();
      const registry = AggregatorRegistry.aggregate(statuses.flatMap((status) => (status ? [status.metrics] : [])));
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

/** A worker that is not there, or does not answer, does not serve. */
function combine(statuses: readonly (Status | undefined)[], isStopping: boolean): Readiness {
  const present = statuses.flatMap((status) => (status === undefined ? [] : [status.readiness]));
  const worst = (name: keyof Readiness['checks']) => {
    const checks = present.map(({ checks: all }) => all[name]);
    return checks.find(({ ok }) => !ok) ?? { ok: true };
  };
  const missing = statuses.length - present.length;
  const serving = isStopping
    ? { ok: false, detail: 'the server was told to stop' }
    : missing > 0
      ? { ok: false, detail: `${missing} of ${statuses.length} workers are not there` }
      : worst('serving');
  const checks = { serving, storage: worst('storage'), clock: worst('clock'), keys: worst('keys') };
  return {
    isReady: Object.values(checks).every(({ ok }) => ok),
    checks,
    warnings: [...new Set(present.flatMap(({ warnings }) => warnings))],
    nodes: Math.max(0, ...present.map(({ nodes }) => nodes)),
  };
}
