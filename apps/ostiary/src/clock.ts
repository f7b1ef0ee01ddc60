import type { TestClock } from '@ostiary/http';
import type { Clock } from '@ostiary/service';

export const systemClock: Clock = { now: () => Date.now() };

/** The system's clock, and what it was moved forward since the start. For development: it lets tokens expire without waiting. */
export function createTestClock(real: Clock = systemClock): TestClock {
  let offsetMs = 0;
  return {
    now: () => real.now() + offsetMs,
    offsetMs: () => offsetMs,
    advance(seconds) {
      // Time never runs backwards: rotation and revocation could not be undone by it, but limits and expiry could.
      if (!(seconds >= 0)) throw new RangeError('a test clock moves forward only');
      offsetMs += Math.round(seconds * 1000);
    },
  };
}
