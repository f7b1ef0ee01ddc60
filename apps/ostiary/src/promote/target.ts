import type { KeyWrapper } from '@ostiary/service';
import type { TransferTarget } from '@ostiary/storage';
import { nameOf } from '../storage-place.ts';
import type { PostgresPlace } from '../storage-place.ts';
import { messageOf, Stop } from '../stop.ts';

const context = 'promotion';

/** The address as it may lie in the file that is promoted, which holds no other secret in the clear either. */
export function sealed(place: PostgresPlace, keyWrapper: KeyWrapper): string {
  return keyWrapper.seal(Buffer.from(JSON.stringify(place)), context);
}

/** Throws `Stop` when it was sealed under another master key. */
export function unsealed(text: string, keyWrapper: KeyWrapper): PostgresPlace {
  return JSON.parse(Buffer.from(keyWrapper.open(text, context)).toString()) as PostgresPlace;
}

/** Throws `Stop`. */
export async function openTarget(place: PostgresPlace): Promise<TransferTarget> {
  const { openPostgresTransfer } = await import('@ostiary/storage-postgres');
  try {
    return await openPostgresTransfer({ url: place.url, ...(place.tls && { tls: place.tls }) });
  } catch (fault) {
    throw new Stop(`the database ${nameOf(place)} cannot be opened: ${messageOf(fault)}`, { cause: fault });
  }
}
