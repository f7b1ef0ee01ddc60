import { setTimeout as pause } from 'node:timers/promises';

const firstPauseMs = 5;
const longestPauseMs = 160;

/**
 * Waits a little before the next attempt, each time longer and never as long as anybody else, so that those who got in each
 * other's way meet no more. @returns false when there would be no time left afterwards
 */
export async function pauseBeforeRetry(attempt: number, deadlineMs: number): Promise<boolean> {
  const pauseMs = Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);
  if (performance.now() + pauseMs >= deadlineMs) return false;
  await pause(pauseMs);
  return true;
}
