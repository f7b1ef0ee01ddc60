import type { Outcome } from './outcome.ts';
import type { Parts } from './parts.ts';
import { pauseAfter } from './settlement.ts';

/** Failures in a row, whichever grants they met: then the trouble is the server's, or the client's. */
export interface Trouble {
  note(outcome: Outcome): void;
  /** A server in trouble is asked for one grant at a time. */
  isThere(): boolean;
  /** Server time before which nothing is asked, in milliseconds. */
  quietUntilMs(): number;
}

export function openTrouble({ time, environment }: Pick<Parts, 'time' | 'environment'>): Trouble {
  let failures = 0;
  let quietUntilMs = 0;
  return {
    note(outcome) {
      if (outcome.kind === 'overtaken') return;
      failures = outcome.kind === 'failed' ? failures + 1 : 0;
      if (outcome.kind !== 'failed') return;
      const { problem, retryAfterSeconds } = outcome;
      quietUntilMs = time.now() + pauseAfter(problem, { failures, draw: environment.draw(), retryAfterSeconds });
    },
    isThere: () => failures > 0,
    quietUntilMs: () => quietUntilMs,
  };
}
