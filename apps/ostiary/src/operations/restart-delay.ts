const firstDelayMs = 250;
const longestDelayMs = 30_000;
/** Who lived that long did not end because of how it started. */
const settledMs = 60_000;

/** How long to wait before a worker is started again: longer with every crash in a row. */
export function restartDelayMs(livedMs: number, crashesInARow: number): { delayMs: number; crashesInARow: number } {
  const before = livedMs >= settledMs ? 0 : crashesInARow;
  return { delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(before, 10)), crashesInARow: before + 1 };
}
