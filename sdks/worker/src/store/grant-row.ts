import type { KeptGrant } from '../grant.ts';

/** What the SQL stores read of a row: the grant as JSON, and the number that its columns count. */
export interface GrantRow {
  record: string;
  /** Drivers give a bigint as a text. */
  fence: number | string;
}

/** The columns beside the record are for the store to choose by, and for people to look at. */
export interface GrantColumns {
  id: string;
  clientId: string;
  subject: string | null;
  state: string;
  obtainedAtMs: number;
  dueAtMs: number | null;
  record: string;
}

export function columnsOf(grant: KeptGrant): GrantColumns {
  const { id, clientId, subject = null, state, obtainedAtMs, dueAtMs = null } = grant;
  return {
    id,
    clientId,
    subject,
    state: state.kind,
    obtainedAtMs,
    dueAtMs,
    record: JSON.stringify({ ...grant, fence: undefined }),
  };
}

export function grantOf({ record, fence }: GrantRow): KeptGrant {
  return { ...(JSON.parse(record) as KeptGrant), fence: Number(fence) };
}
