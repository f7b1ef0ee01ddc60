import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OstiaryConfig } from 'ostiary';
import { freePort } from './free-port.ts';
import { runProgram, startProgram, type Program } from './program.ts';

/** The program `ostiary` as an operator runs it: a configuration file, a data folder, a process. */
export interface IssuerProgram {
  issuer: string;
  /** Path of the database, where it is a file. */
  database: string;
  /** As the program is given it. */
  masterKey: string;
  /** The process of the moment; another one after a restart. */
  process(): Program;
  /** Starts again on the same data, with a changed configuration if one is given. The process before must have ended. */
  start(change?: (config: OstiaryConfig) => OstiaryConfig): Promise<void>;
  /** Ends the process by a signal and tells how it ended. */
  end(signal: NodeJS.Signals): ReturnType<() => Program['ended']>;
  /** Runs a command of the program beside the server: `user disable --username ...`. */
  command(...words: string[]): Promise<{ code: number | null; output: string }>;
  /** Moves the test clock ahead. */
  advance(seconds: number): Promise<void>;
  /** Ends the process and removes the data. */
  close(): Promise<void>;
}

const main = 'apps/ostiary/src/main.ts';
const file = 'ostiary.config.json';

/** Starts the program on a free port, and on an empty file unless the configuration names a storage. `configure` is told the issuer identifier. */
export async function startIssuer(configure: (issuer: string) => OstiaryConfig): Promise<IssuerProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-test-'));
  const issuer = `http://localhost:${await freePort()}`;
  const masterKey = randomBytes(32).toString('base64url');
  const env = { OSTIARY_MASTER_KEY: masterKey, TMPDIR: folder };
  const options = ['--development', '--config', join(folder, file)];
  let config = configure(issuer);
  let running: Program | undefined;

  const runningProgram = () => {
    if (running === undefined) throw new Error('the issuer was not started');
    return running;
  };
  const opened: IssuerProgram = {
    issuer,
    database: join(folder, 'data', 'ostiary.db'),
    masterKey,
    process: runningProgram,
    async start(change = (same) => same) {
      config = change(config);
      await writeFile(join(folder, file), JSON.stringify({ storage: 'sqlite:./data/ostiary.db', ...config }));
      const started = await startProgram({ args: [main, 'start', ...options], env }, /^Ostiary ready on .*$/m);
      running = started.program;
    },
    end(signal) {
      runningProgram().signal(signal);
      return runningProgram().ended;
    },
    command(...words) {
      const optionAt = words.findIndex((word) => word.startsWith('--'));
      const at = optionAt === -1 ? words.length : optionAt;
      return runProgram({ args: [main, ...words.slice(0, at), ...options, ...words.slice(at)], env });
    },
    async advance(advanceSeconds) {
      const response = await fetch(`${issuer}/development/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advanceSeconds }),
      });
      if (response.status !== 200) throw new Error(`the test clock answered ${response.status}`);
      await response.body?.cancel();
    },
    async close() {
      if (running !== undefined) await opened.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await opened.start();
  return opened;
}
