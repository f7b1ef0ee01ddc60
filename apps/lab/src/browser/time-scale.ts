/** A map from time to pixels that shortens long waits: seconds, days and weeks fit on one picture. */
export interface TimeScale {
  /** Rising with time; clamped to the first and last instant. */
  xOf(atMs: number): number;
  widthPx: number;
}

/** Two things that happened one after the other never stand closer than this. */
const GAP_PX = 18;
/** Below this many pixels per doubling of a wait, the picture gets wider instead of denser. */
const DENSEST_PX = 3;

/**
 * Places each instant; the room between two neighbours grows with the logarithm of the time between them.
 * Times between two instants lie proportionally between them.
 */
export function makeTimeScale(instantsMs: number[], availablePx: number): TimeScale {
  const sorted = [...new Set(instantsMs)].toSorted((a, b) => a - b);
  const waits = sorted.slice(1).map((atMs, index) => Math.log2(1 + (atMs - (sorted[index] ?? atMs)) / 1000));
  const waitSum = waits.reduce((sum, wait) => sum + wait, 0);
  const fittingPx = waitSum === 0 ? 0 : (availablePx - waits.length * GAP_PX) / waitSum;
  const pxPerDoubling = Math.max(fittingPx, DENSEST_PX);

  const places = [0];
  for (const wait of waits) places.push((places.at(-1) ?? 0) + GAP_PX + wait * pxPerDoubling);
  return {
    xOf: (atMs) => interpolate(sorted, places, atMs),
    widthPx: Math.max(availablePx, places.at(-1) ?? 0),
  };
}

function interpolate(instants: number[], places: number[], atMs: number): number {
  const next = instants.findIndex((instant) => instant >= atMs);
  if (next === -1) return places.at(-1) ?? 0;
  const toMs = instants[next] ?? atMs;
  const toPx = places[next] ?? 0;
  if (next === 0) return toPx;
  const fromMs = instants[next - 1] ?? toMs;
  const fromPx = places[next - 1] ?? toPx;
  return fromPx + ((atMs - fromMs) / (toMs - fromMs)) * (toPx - fromPx);
}
