import type { EndReason, SessionRecord } from '@ostiary/session';
import type { Environment } from './environment.ts';

/** What tabs tell each other. `sub`: whose session it is. */
export type TabMessage =
  | { kind: 'signedIn'; id: string; sub: string | undefined }
  | { kind: 'renewed'; record: SessionRecord }
  /** Who has newer tokens of this session? */
  | { kind: 'asked'; id: string }
  | { kind: 'signedOut' }
  | { kind: 'ended'; id: string; reason: EndReason };

export interface Tabs {
  tell(message: TabMessage): void;
  /** Runs `work` while no other tab runs it, as far as can be had within `waitMs`; after that, beside another. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Wall-clock time of the last sign-out that any tab told, also to tabs that slept. */
  signedOutAtMs(): number;
  close(): void;
}

/**
 * More than one request may take, so that a tab at work is waited for; bounded, so that a frozen one is not. Two renewals at
 * once do no harm: the server answers both with the same successor.
 */
const waitMs = 20_000;
const leaseMs = 16_000;
const leaseLookMs = 100;

export function openTabs(environment: Environment, name: string, hear: (message: TabMessage) => void): Tabs {
  const channel = environment.channel(name, (message) => hear(message as TabMessage));
  const left = openNote(environment, `${name}.out`);
  return {
    tell(message) {
      channel?.post(message);
      if (message.kind === 'signedOut') left.write(environment.wallMs());
      // A sign-in is never older than a sign-out before it, whatever a clock that was set meanwhile says.
      if (message.kind === 'signedIn') left.write(0);
    },
    signedOutAtMs: left.read,
    alone: (work) => (environment.locks ? withLock(environment, name, work) : withLease(environment, name, work)),
    close: () => channel?.close(),
  };
}

/** Waits its turn; then takes the lock from a tab that is frozen, so that the next one need not wait again. */
async function withLock<Result>(environment: Environment, name: string, work: () => Promise<Result>): Promise<Result> {
  let begun: Promise<Result> | undefined;
  const run = () => (begun = work()).catch(() => undefined);
  for (const how of [{ signal: environment.timeout(waitMs) }, { steal: true }]) {
    if (begun !== undefined) break;
    // Refused: waited long enough, or there are no locks for this page.
    await environment.locks?.request(name, how, run).catch(() => undefined);
  }
  return begun ?? withLease(environment, name, work);
}

/** Without Web Locks: a note in local storage of how long others should wait, which is a courtesy and no lock. */
async function withLease<Result>(environment: Environment, name: string, work: () => Promise<Result>): Promise<Result> {
  const lease = openNote(environment, `${name}.lease`);
  const giveUpAtMs = environment.monotonicMs() + waitMs;
  let own: number;
  do {
    while (lease.read() > environment.wallMs() && environment.monotonicMs() < giveUpAtMs)
      await passing(environment, leaseLookMs);
    own = environment.wallMs() + leaseMs + environment.draw();
    lease.write(own);
    // Tabs in other processes see late what is written, and the last one has it.
    await passing(environment, leaseLookMs);
  } while (![0, own].includes(lease.read()) && environment.monotonicMs() < giveUpAtMs);
  try {
    return await work();
  } finally {
    lease.write(0);
  }
}

/** A time that all tabs know. Storage may be full or switched off: then less is known, and the server sorts it out. */
function openNote(environment: Environment, key: string): { read(): number; write(ms: number): void } {
  const place = () => environment.storage('local');
  return {
    read: () => Number(attempt(() => place()?.getItem(key)) ?? 0),
    write(ms) {
      attempt(() => (ms === 0 ? place()?.removeItem(key) : place()?.setItem(key, String(ms))));
    },
  };
}

/** What storage refuses is left undone. */
export function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Waits. */
export function passing(environment: Environment, ms: number): Promise<void> {
  return new Promise((resolve) => environment.setTimer(ms, resolve));
}
