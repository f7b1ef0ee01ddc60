import { isObject } from '../fetch-json.ts';

/** What can end before the tokens that stand on it: each kind of entry by its `k`. */
export const revocationKinds = ['fam', 'sid', 'dev', 'jti', 'usr', 'con', 'cli'] as const;
export type RevocationKind = (typeof revocationKinds)[number];

/** An entry of a kind that is known. */
export interface RevocationEntry {
  k: RevocationKind;
  h: string;
  /** When the last token that it can concern has expired, in seconds. */
  exp: number;
  /** Of `usr`, the epoch below which tokens are over; of `con` and `cli`, when they were issued at the latest. Else 0. */
  bound: number;
}

/** What one batch of the feed says. */
export interface RevocationBatch {
  iat: number;
  /** Random id of the feed: of one run of one node. */
  feed: string;
  seq: number;
  /** Everything, in place of what was known; or only what is new. */
  isFull: boolean;
  entries: RevocationEntry[];
  /** Entries of kinds that are not known. */
  unknown: number;
}

/** Reads the payload of a batch. `undefined` when any of it is not as it must be: half a batch is none. */
export function readBatch({ iat, feed, seq, full, entries }: Record<string, unknown>): RevocationBatch | undefined {
  if (!isCount(iat) || typeof feed !== 'string' || !isCount(seq) || typeof full !== 'boolean') return undefined;
  if (!Array.isArray(entries) || !entries.every(isObject)) return undefined;
  const known: RevocationEntry[] = [];
  for (const entry of entries) {
    const kind = revocationKinds.find((each) => each === entry['k']);
    if (kind === undefined) continue;
    const read = readEntry(kind, entry);
    if (read === undefined) return undefined;
    known.push(read);
  }
  return { iat, feed, seq, isFull: full, entries: known, unknown: entries.length - known.length };
}

function readEntry(k: RevocationKind, entry: Record<string, unknown>): RevocationEntry | undefined {
  const { h, exp } = entry;
  const bound = k === 'usr' ? entry['uep'] : k === 'con' || k === 'cli' ? entry['iat'] : 0;
  return typeof h === 'string' && isCount(exp) && isCount(bound) ? { k, h, exp, bound } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
