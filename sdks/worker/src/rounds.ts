import type { Environment } from './environment.ts';

/** Work that is done again and again, by one timer, and never twice at the same time. */
export interface Rounds {
  start(): void;
  /** Resolves when the round that runs has ended. */
  stop(): Promise<void>;
  /** Another round, now or after the one that runs. */
  look(): void;
}

/** @param round does the work, and returns how long to sleep after it, in milliseconds; does not reject */
export function openRounds({ setTimer }: Pick<Environment, 'setTimer'>, round: () => Promise<number>): Rounds {
  let isStarted = false;
  let isAskedAgain = false;
  let running: Promise<void> | undefined;
  let cancel = () => {};
  const goRound = async () => {
    cancel();
    let sleepMs = 0;
    while (isAskedAgain && isStarted) {
      isAskedAgain = false;
      sleepMs = await round();
    }
    running = undefined;
    if (isStarted) cancel = setTimer(sleepMs, look);
  };
  const look = () => {
    if (!isStarted) return;
    isAskedAgain = true;
    running ??= goRound();
  };
  return {
    start() {
      isStarted = true;
      look();
    },
    async stop() {
      isStarted = false;
      cancel();
      await running;
    },
    look,
  };
}
