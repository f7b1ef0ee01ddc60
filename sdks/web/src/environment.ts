import { randomBytes } from 'node:crypto';
import { setTimeout as waitFor } from 'node:timers/promises';

/** What this package takes from the machine. Tests put other things in its place. */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Unpredictable bytes, base64url. */
  random(bytes: number): string;
  /** Between 0 and 1. */
  draw(): number;
  wait(ms: number): Promise<void>;
  /** A signal that aborts after `ms`. */
  timeout(ms: number): AbortSignal;
}

export function machine(): Environment {
  return {
    now: () => Date.now(),
    fetch: (url, init) => fetch(url, init),
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    draw: () => Math.random(),
    wait: (ms) => waitFor(ms),
    timeout: (ms) => AbortSignal.timeout(ms),
  };
}
