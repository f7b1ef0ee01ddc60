import { leave } from './leaving.ts';
import { newLease } from './parts.ts';
import type { Parts } from './parts.ts';

/** Marks a grant as forgotten, whoever renews it just now, and revokes it; what cannot be revoked now stays due. */
export async function forgetGrant(parts: Parts, id: string): Promise<void> {
  const { store, time, clientId } = parts;
  for (;;) {
    const grant = await store.read(id);
    if (grant === undefined || grant.clientId !== clientId) return;
    const leaving = { ...grant, state: { kind: 'leaving' }, dueAtMs: time.now(), failures: 0 } as const;
    // Not put: newer tokens came meanwhile, and those are to be revoked.
    if (await store.put(leaving)) break;
  }
  const [leased] = await store.claim({ id }, newLease(parts));
  // Another worker was first, and revokes it.
  if (leased?.state.kind === 'leaving') await leave(parts, leased);
}
