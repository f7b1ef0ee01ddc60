import type { RevocationBatch } from './batch.ts';

/** How far a reader has come. */
export interface Position {
  feed: string;
  seq: number;
}

/** What a reader knows when a batch comes. */
export interface Progress {
  /** None before the first batch, and after one that did not follow. */
  position: Position | undefined;
  /** `iat` of the newest batch that was ever taken, in seconds. */
  newestIat: number;
}

export type BatchFault = 'old_copy' | 'gap';

/** Nodes may differ by so much. */
const backwardsSeconds = 10;
/** A copy older than this by our own clock is not what the issuer says now. */
const oldSeconds = 60;

/** Whether a batch follows what is known; what is wrong with it when it does not. */
export function judgeBatch(
  { iat, feed, seq, isFull }: RevocationBatch,
  { position, newestIat }: Progress,
  nowMs: number,
): BatchFault | undefined {
  if (iat < newestIat - backwardsSeconds || iat < nowMs / 1000 - oldSeconds) return 'old_copy';
  const isSameFeed = position?.feed === feed;
  if (isFull) return isSameFeed && seq < position.seq ? 'old_copy' : undefined;
  return isSameFeed && seq === position.seq + 1 ? undefined : 'gap';
}
