/** What the SDK takes from the machine. Tests put a virtual one in its place. */
export interface Environment {
  /** Wall clock, milliseconds since 1970: what `exp` and `iat` are compared with. */
  now(): number;
  /** Monotonic clock, milliseconds: what ages are measured with. It must go on while the machine sleeps. */
  monotonicMs(): number;
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Between 0 and 1. */
  draw(): number;
  /** Calls back once after `ms`; returns what cancels it. Must not keep the process alive. */
  setTimer(ms: number, callBack: () => void): () => void;
}

/** The machine this runs on, and what of it the settings replace. */
export function environmentOf(replaced: Partial<Environment>): Environment {
  return {
    now: replaced.now ?? (() => Date.now()),
    monotonicMs: replaced.monotonicMs ?? wakefulClock(),
    fetch: replaced.fetch ?? ((url, init) => fetch(url, init)),
    draw: replaced.draw ?? (() => Math.random()),
    setTimer: replaced.setTimer ?? setTimer,
  };
}

function setTimer(ms: number, callBack: () => void): () => void {
  const timer = setTimeout(callBack, ms);
  // Runtimes for the edge give a number here.
  if (typeof timer === 'object') timer.unref();
  return () => clearTimeout(timer);
}

interface Clocks {
  wallMs: () => number;
  monotonicMs: () => number;
}

/** Less than this is a wall clock that was put right. */
const shortestSleepMs = 1_000;

/**
 * A monotonic clock that goes on while the machine sleeps. Many stand still then, and what was known before the sleep would pass
 * for fresh after it. When the wall clock went much further, that much time has passed.
 */
export function wakefulClock(
  { wallMs, monotonicMs }: Clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
): () => number {
  let [seenWallMs, seenMs, sleptMs] = [wallMs(), monotonicMs(), 0];
  return () => {
    const [nowWallMs, nowMs] = [wallMs(), monotonicMs()];
    const aheadMs = nowWallMs - seenWallMs - (nowMs - seenMs);
    if (aheadMs >= shortestSleepMs) sleptMs += aheadMs;
    [seenWallMs, seenMs] = [nowWallMs, nowMs];
    return nowMs + sleptMs;
  };
}
