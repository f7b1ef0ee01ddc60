import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createTestClock, systemClock } from '../clock.ts';
import { openService } from '../compose.ts';
import type { Composition, OpenService } from '../compose.ts';
import type { CheckedConfig } from '../config/check-config.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Overlay } from '../config/overlay.ts';
import { errorsAmong } from '../config/problem.ts';
import { openLog } from '../log.ts';
import { findMasterKey } from '../secrets/master-key.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import type { Terminal } from './terminal.ts';

/** What the options --config and --development lead to, paths made absolute. Throws `Stop`. */
export async function readConfiguration(
  values: OptionValues,
  terminal: Terminal,
  overlay?: Overlay,
): Promise<Configuration> {
  const checked = await checkConfiguration(values, terminal, overlay);
  if (checked.ok) return checked.configuration;
  const errors = errorsAmong(checked.problems).map((message) => `  ${message}`);
  const count = errors.length === 1 ? 'a problem' : `${errors.length} problems`;
  throw new Stop([`${configPathOf(values, terminal.cwd)} has ${count}:`, ...errors].join('\n'));
}

/** The same with what is wrong as a value. Throws `Stop` when the file cannot be read or run. */
export async function checkConfiguration(
  values: OptionValues,
  terminal: Terminal,
  overlay?: Overlay,
): Promise<CheckedConfig> {
  const path = configPathOf(values, terminal.cwd);
  const checked = await loadConfig({
    path,
    isDevelopment: isDevelopment(values),
    env: terminal.env,
    ...(overlay && { overlay }),
  });
  if (!checked.ok || checked.configuration.storage.kind !== 'sqlite') return checked;
  const { storage } = checked.configuration;
  if (storage.path === ':memory:') return checked;
  const absolute = { ...storage, path: resolve(dirname(path), storage.path) };
  return { ok: true, configuration: { ...checked.configuration, storage: absolute } };
}

/** Everything that the options --config, --master-key-file and --development lead to. Throws `Stop`. */
export async function readHouse(values: OptionValues, terminal: Terminal): Promise<Composition> {
  const configuration = await readConfiguration(values, terminal);
  const keyFile = textOf(values, 'master-key-file');
  const masterKey = findMasterKey({
    env: terminal.env,
    configPath: configPathOf(values, terminal.cwd),
    isDevelopment: isDevelopment(values),
    ...(keyFile !== undefined && { keyFile: resolve(terminal.cwd, keyFile) }),
  });
  return {
    configuration,
    masterKey,
    clock: isDevelopment(values) ? createTestClock() : systemClock,
    log: await openLog(configuration.logLevel, { write: terminal.out, isTerminal: terminal.isTerminal }),
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

function isDevelopment(values: OptionValues): boolean {
  return values['development'] === true;
}

/** Absolute path of the configuration file: as given, else the first that is in the folder. */
export function configPathOf(values: OptionValues, cwd: string): string {
  const given = textOf(values, 'config');
  if (given !== undefined) return resolve(cwd, given);
  const [first = '', ...others] = ['ostiary.config.ts', 'ostiary.config.json'].map((name) => resolve(cwd, name));
  return [first, ...others].find((path) => existsSync(path)) ?? first;
}
