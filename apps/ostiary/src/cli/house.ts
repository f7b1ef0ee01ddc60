import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createTestClock, systemClock } from '../clock.ts';
import { openService } from '../compose.ts';
import type { Composition, OpenService } from '../compose.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Configuration } from '../config/configuration.ts';
import { describe } from '../config/problem.ts';
import { openLog } from '../log.ts';
import { findMasterKey } from '../secrets/master-key.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Everything that the options --config, --master-key-file and --development lead to. Throws `Stop`. */
export async function readHouse(values: OptionValues, terminal: Terminal): Promise<Composition> {
  const configPath = findConfig(values, terminal.cwd);
  const isDevelopment = values['development'] === true;
  const configuration = await readConfiguration(configPath, isDevelopment, terminal);
  const keyFile = textOf(values, 'master-key-file');
  const masterKey = findMasterKey({
    env: terminal.env,
    configPath,
    isDevelopment,
    ...(keyFile !== undefined && { keyFile: resolve(terminal.cwd, keyFile) }),
  });
  const { storagePath, logLevel } = configuration;
  return {
    configuration,
    storagePath: storagePath === ':memory:' ? storagePath : resolve(dirname(configPath), storagePath),
    masterKey,
    clock: isDevelopment ? createTestClock() : systemClock,
    log: await openLog(logLevel, { write: terminal.out, isTerminal: terminal.isTerminal }),
  };
}

/** Runs one piece of work on the service and closes it again. Standard output is for its result: the log stays short and aside. */
export async function withService<T>(
  values: OptionValues,
  terminal: Terminal,
  work: (open: OpenService) => Promise<T>,
): Promise<T> {
  const house = await readHouse(values, terminal);
  const log = await openLog('error', { write: terminal.err, isTerminal: true });
  const open = await openService({ ...house, log });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

function findConfig(values: OptionValues, cwd: string): string {
  const given = textOf(values, 'config');
  if (given !== undefined) return resolve(cwd, given);
  const [first = '', ...others] = ['ostiary.config.ts', 'ostiary.config.json'].map((name) => resolve(cwd, name));
  return [first, ...others].find((path) => existsSync(path)) ?? first;
}

async function readConfiguration(path: string, isDevelopment: boolean, terminal: Terminal): Promise<Configuration> {
  const checked = await loadConfig({ path, isDevelopment, env: terminal.env });
  if (checked.ok) return checked.configuration;
  const errors = checked.problems
    .filter(({ severity }) => severity === 'error')
    .map((problem) => `  ${describe(problem)}`);
  const count = errors.length === 1 ? 'a problem' : `${errors.length} problems`;
  throw new Stop([`${path} has ${count}:`, ...errors].join('\n'));
}
