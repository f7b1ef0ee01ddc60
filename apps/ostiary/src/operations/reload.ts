import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '@ostiary/service';
import type { Configuration } from '../config/configuration.ts';
import { messageOf, Stop } from '../stop.ts';

export interface ReloadParts {
  /** Absolute path of the configuration file. */
  path: string;
  /** The configuration in force. */
  current(): Configuration;
  /** Reads and checks the file wholly. Throws `Stop` when something is wrong with it. */
  read(): Promise<Configuration>;
  /** Puts it in force, or throws and leaves everything as it is. */
  apply(configuration: Configuration): Promise<void>;
  /** Tells the operator, in words, what is wrong. */
  complain(message: string): void;
  reloaded(outcome: 'applied' | 'refused'): void;
  log: Log;
}

const lookEveryMs = 5_000;

const fixedParts = ['storage', 'listen', 'operations', 'trustedProxies', 'logLevel'] as const;

/** Reads the configuration again: when the file changed, or when told to. What cannot be taken changes nothing. */
export class Reloader {
  readonly #parts: ReloadParts;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#seen = stampOf(parts.path);
  }

  /** Looks at the file every 5 seconds. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  /** Reads the file if it is another one than at the last look. A change that could not be stored is tried again. */
  look(): Promise<void> {
    if (stampOf(this.#parts.path) === this.#seen) return this.#working;
    return this.reload();
  }

  /** Reads the file, changed or not: what it refers to may have changed. Never rejects; one change after another. */
  reload(): Promise<void> {
    return this.inTurn(() => this.#reload());
  }

  /** Does other work that changes the configuration in force, not while the file is being read. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work);
    this.#working = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  async #reload(): Promise<void> {
    const { path, current, read, apply, log, reloaded } = this.#parts;
    const stamp = stampOf(path);
    try {
      const next = await read();
      const fixed = partsForRestart(current(), next);
      if (fixed.length > 0) throw new Stop(`${path} changes ${fixed.join(', ')}: that needs a restart`);
      await apply(next);
      this.#seen = stamp;
      reloaded('applied');
      log.info('configuration_applied');
    } catch (fault) {
      this.#refuse(fault, stamp);
    }
  }

  /** A file that is wrong stays wrong until it changes; a store that is out may answer the next time. */
  #refuse(fault: unknown, stamp: string): void {
    const { complain, log, reloaded } = this.#parts;
    const isOfTheFile = fault instanceof Stop;
    if (isOfTheFile) this.#seen = stamp;
    reloaded('refused');
    log.error('configuration_refused', { error: fault instanceof Error ? fault.name : typeof fault });
    complain(
      isOfTheFile
        ? `the changed configuration is not in force: ${fault.message}`
        : `the changed configuration is not in force yet: ${messageOf(fault)}`,
    );
  }
}

/** What differs of that which is fixed for the life of a process. */
export function partsForRestart(before: Configuration, after: Configuration): string[] {
  const parts: string[] = fixedParts.filter((part) => !isDeepStrictEqual(before[part], after[part]));
  return before.settings.issuer === after.settings.issuer ? parts : ['issuer', ...parts];
}

/** Tells versions of the file apart without reading it; a file that is not there is a version too. */
function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'missing' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
