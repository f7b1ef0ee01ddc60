/** How this machine's clock stood beside the database's when they were compared. */
export interface ClockLook {
  /** Time of this machine at the end of the comparison. */
  atMs: number;
  /** How far this machine is ahead; negative when it is behind. */
  offsetMs: number;
  isRight: boolean;
}

/** Times in milliseconds since 1970: of this machine before and after the question, of the database between them. */
export interface Comparison {
  beforeMs: number;
  databaseMs: number;
  afterMs: number;
}

const toleranceMs = 5_000;
const stepBackMs = 30_000;

/**
 * Judges the clock of this machine. Half of the way there and back is uncertain, and counts in its favour. A clock that went
 * back since the last look is wrong until the next one, whatever the database says: on one machine both go back together.
 */
export function lookAtClock({ beforeMs, databaseMs, afterMs }: Comparison, previous?: ClockLook): ClockLook {
  const offsetMs = Math.round((beforeMs + afterMs) / 2 - databaseMs);
  const uncertaintyMs = Math.abs(afterMs - beforeMs) / 2;
  const isSteady = previous === undefined || Math.min(beforeMs, afterMs) >= previous.atMs - stepBackMs;
  return { atMs: afterMs, offsetMs, isRight: isSteady && Math.abs(offsetMs) - uncertaintyMs <= toleranceMs };
}
