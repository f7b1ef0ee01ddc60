/** How the server's time is reckoned from this machine's clocks. */
export interface ServerClock {
  /** Server time minus wall clock, in milliseconds. */
  offsetMs: number;
  /** Wall and monotonic clock when they were last looked at. */
  wallMs: number;
  monotonicMs: number;
}

/** Both clocks of this machine at one moment. */
export interface Reading {
  wallMs: number;
  monotonicMs: number;
}

/** Smaller differences are the grain of an HTTP date and the way of the answer. */
const grainMs = 2_000;

/** The clock before the server was heard: the machine's own, or what was learned in an earlier page. */
export function openClock(reading: Reading, offsetMs = 0): ServerClock {
  return { offsetMs, ...reading };
}

/**
 * Looks at the clocks again. A wall clock that was set back while the page ran is noticed by the monotonic one. One that
 * leapt ahead looks like sleep, during which a monotonic clock may stand still: it is taken for sleep, so that at worst one
 * renewal comes early, and its answer tells the truth.
 */
export function look(clock: ServerClock, reading: Reading): ServerClock {
  const wentBackMs = reading.monotonicMs - clock.monotonicMs - (reading.wallMs - clock.wallMs);
  return { ...reading, offsetMs: clock.offsetMs + (wentBackMs > grainMs ? wentBackMs : 0) };
}

/** Server time, in milliseconds since 1970. */
export function serverTimeMs({ offsetMs, wallMs }: ServerClock): number {
  return wallMs + offsetMs;
}

/**
 * Learns from an answer that told the server's time: a `Date` header, or the `iat` of a token made for it. Answers that agree
 * within the grain of a second change nothing.
 *
 * @param sentAtMs wall clock when the request left, by the same clock as `clock.wallMs`
 */
export function learn(clock: ServerClock, toldMs: number, sentAtMs: number): ServerClock {
  const halfwayMs = (sentAtMs + clock.wallMs) / 2;
  const offsetMs = toldMs + 500 - halfwayMs;
  const toleratedMs = grainMs + (clock.wallMs - sentAtMs) / 2;
  return Math.abs(offsetMs - clock.offsetMs) <= toleratedMs ? clock : { ...clock, offsetMs };
}
