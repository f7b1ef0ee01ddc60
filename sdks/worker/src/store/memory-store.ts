import { visible } from '../grant.ts';
import type { KeptGrant } from '../grant.ts';
import type { Claimed, GrantStore } from './grant-store.ts';

interface Entry {
  grant: KeptGrant;
  leasedUntilMs: number;
}

/** Keeps grants in this process, and as long as it lives: for tests, and for trying things out. */
export function memoryGrants(): GrantStore {
  const entries = new Map<string, Entry>();
  const current = ({ id, fence }: Pick<KeptGrant, 'id' | 'fence'>) => {
    const entry = entries.get(id);
    return entry?.grant.fence === fence ? entry : undefined;
  };
  const matching = (what: Claimed, nowMs: number) => {
    const free = [...entries.values()].filter(({ leasedUntilMs }) => leasedUntilMs <= nowMs);
    if ('id' in what) return free.filter(({ grant }) => grant.id === what.id);
    return free
      .filter(({ grant }) => grant.clientId === what.dueOf && dueMs(grant) <= nowMs)
      .toSorted((one, other) => dueMs(one.grant) - dueMs(other.grant))
      .slice(0, what.limit);
  };
  return {
    async put(grant) {
      const before = entries.get(grant.id)?.grant;
      if (before?.state.kind === 'active' && before.obtainedAtMs > grant.obtainedAtMs) return false;
      entries.set(grant.id, { grant: { ...grant, fence: (before?.fence ?? 0) + 1 }, leasedUntilMs: 0 });
      return true;
    },
    read: async (id) => entries.get(id)?.grant,
    async list(clientId) {
      const grants = [...entries.values()].map(({ grant }) => visible(grant));
      return grants.filter((grant) => grant.clientId === clientId).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async claim(what, { nowMs, untilMs }) {
      return matching(what, nowMs).map(({ grant }) => {
        const leased = { ...grant, fence: grant.fence + 1 };
        entries.set(grant.id, { grant: leased, leasedUntilMs: untilMs });
        return leased;
      });
    },
    async nextDueMs(clientId) {
      const own = [...entries.values()].filter(({ grant }) => grant.clientId === clientId);
      const first = Math.min(...own.map(({ grant, leasedUntilMs }) => Math.max(dueMs(grant), leasedUntilMs)));
      return first === Infinity ? undefined : first;
    },
    async save(grant, lease) {
      const entry = current(grant);
      if (entry === undefined) return false;
      entries.set(grant.id, { grant, leasedUntilMs: lease === 'hold' ? entry.leasedUntilMs : 0 });
      return true;
    },
    remove: async (grant) => current(grant) !== undefined && entries.delete(grant.id),
  };
}

function dueMs({ dueAtMs = Infinity }: KeptGrant): number {
  return dueAtMs;
}
