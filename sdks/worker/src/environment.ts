/** What the worker needs of the machine it runs on. Tests bring their own. */
export interface Environment {
  /** The machine's clock, in milliseconds since 1970. */
  wallMs(): number;
  /** A clock that nobody sets, in milliseconds. */
  monotonicMs(): number;
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  /** Calls back once; returns what prevents it. */
  setTimer(ms: number, callBack: () => void): () => void;
  /** A signal that aborts with a `TimeoutError`. */
  timeout(ms: number): AbortSignal;
  /** Random bytes that nobody can predict. */
  random(bytes: number): Uint8Array;
  /** Between 0 and 1, to spread load; may be predictable. */
  draw(): number;
}

/** The machine this runs on. */
export function nodeEnvironment(): Environment {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    fetch: (input, init) => fetch(input, init),
    setTimer(ms, callBack) {
      const timer = setTimeout(callBack, ms);
      return () => clearTimeout(timer);
    },
    timeout: (ms) => AbortSignal.timeout(ms),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    draw: () => Math.random(),
  };
}

/** Waits by the environment's clock. */
export function passing(environment: Pick<Environment, 'setTimer'>, ms: number): Promise<void> {
  return new Promise((resolve) => void environment.setTimer(ms, resolve));
}
