import type { Promotion } from '@ostiary/storage-sqlite';

/** Where a server stands in a move of its file. */
export interface StandBy {
  /** The attempt that it takes part in: it has the target open. */
  attempt?: number;
  /** For how long it has held its calls; absent while it does not. */
  heldMs?: number;
  /** Since when the command has not shown that it lives. */
  silentMs: number;
}

/**
 * `stand by`: open the target and say so. `fence`: hold the calls and close the file. `take over`: work on the target.
 * `go back`: the command was too slow, open the file again. `let go`: there is no move any more. `give up`: abort it.
 */
export type Act = 'none' | 'stand by' | 'fence' | 'take over' | 'go back' | 'let go' | 'give up';

/** The longest time from holding the calls until the server decides to go back: two seconds less the time that going takes. */
export const holdAtMostMs = 1_500;
/** A command that is silent for so long has died. */
export const silentAtMostMs = 30_000;

/**
 * What a server does next. It never acts on a wish of its own that another may have overtaken: `go back` and `give up` are
 * compare-and-set, and whoever loses reads again.
 */
export function nextAct(own: StandBy, seen: Promotion | undefined): Act {
  const isOver = seen === undefined || seen.state === 'aborted' || seen.attempt !== own.attempt;
  if (own.attempt !== undefined && isOver && seen?.state !== 'promoted') return 'let go';
  switch (seen?.state) {
    case undefined:
    case 'aborted':
      return 'none';
    case 'promoted':
      return 'take over';
    case 'requested':
      return own.attempt === undefined ? 'stand by' : 'none';
    case 'ready':
    case 'switching':
    case 'fenced':
      return own.attempt === undefined ? 'none' : nextInAttempt(own, seen.state);
  }
}

function nextInAttempt({ heldMs, silentMs }: StandBy, state: 'ready' | 'switching' | 'fenced'): Act {
  if (heldMs !== undefined && heldMs > holdAtMostMs) return 'go back';
  if (silentMs > silentAtMostMs) return 'give up';
  return state === 'switching' && heldMs === undefined ? 'fence' : 'none';
}
