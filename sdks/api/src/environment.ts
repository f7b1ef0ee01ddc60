/** What the SDK takes from the machine. Tests put a virtual one in its place. */
export interface Environment {
  /** Wall clock, milliseconds since 1970: what `exp` and `iat` are compared with. */
  now(): number;
  /** Monotonic clock, milliseconds: what ages are measured with. */
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
    monotonicMs: replaced.monotonicMs ?? (() => performance.now()),
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
