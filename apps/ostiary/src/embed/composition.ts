import { join, resolve } from 'node:path';
import type { Clock } from '@ostiary/service';
import { readHouse } from '../cli/house.ts';
import { createTestClock, systemClock } from '../clock.ts';
import type { Composition } from '../compose.ts';
import type { Configuration } from '../config/configuration.ts';
import type { OstiaryConfig } from '../config/define-config.ts';
import { secretSource } from '../config/load-config.ts';
import { errorsAmong } from '../config/problem.ts';
import { openLog } from '../log.ts';
import { findMasterKey } from '../secrets/master-key.ts';
import { Stop } from '../stop.ts';

export interface EmbedOptions {
  /** The configuration, or the path of its file. */
  config: OstiaryConfig | string;
  /** Where relative paths begin that stand in a configuration without a file. Default: the working directory. */
  folder?: string;
  /** As `--development`: a test clock, and a loopback issuer alone. Default false. */
  development?: boolean;
  /** Where the master key and secrets are looked for. Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** 32 bytes in place of those that the environment names. */
  masterKey?: Uint8Array;
  /** Takes the lines of the log. Default: standard output. */
  log?: (line: string) => void;
  /** In place of the clock of the system. */
  clock?: Clock;
}

/** What the options of an embedding program lead to. Throws `Stop`. */
export async function readComposition(options: EmbedOptions): Promise<Composition> {
  const { config, clock } = options;
  const house = typeof config === 'string' ? await fromFile(config, options) : await fromObject(config, options);
  return { ...house, ...(clock && { clock }) };
}

function fromFile(path: string, options: EmbedOptions): Promise<Composition> {
  const { development = false, env = process.env } = options;
  const out = lineTaker(options);
  const terminal = { env, cwd: process.cwd(), stdin: process.stdin, out, err: out, isTerminal: false };
  return readHouse({ config: path, development }, terminal);
}

async function fromObject(config: OstiaryConfig, options: EmbedOptions): Promise<Composition> {
  const { development: isDevelopment = false, env = process.env } = options;
  const folder = resolve(options.folder ?? '.');
  const configuration = await checked(config, folder, { isDevelopment, env });
  const configPath = join(folder, 'ostiary.config.json');
  return {
    configuration,
    masterKey: options.masterKey ?? findMasterKey({ env, configPath, isDevelopment }),
    clock: isDevelopment ? createTestClock() : systemClock,
    log: await openLog(configuration.logLevel, { write: lineTaker(options), isTerminal: false }),
  };
}

async function checked(
  config: OstiaryConfig,
  folder: string,
  { isDevelopment, env }: { isDevelopment: boolean; env: NodeJS.ProcessEnv },
): Promise<Configuration> {
  const { checkConfig } = await import('../config/check-config.ts');
  const result = checkConfig(config, { isDevelopment, secrets: secretSource(folder, env) });
  if (!result.ok) throw new Stop(['the configuration has problems:', ...errorsAmong(result.problems)].join('\n  '));
  const { configuration } = result;
  const { storage } = configuration;
  if (storage.kind !== 'sqlite' || storage.path === ':memory:') return configuration;
  return { ...configuration, storage: { ...storage, path: resolve(folder, storage.path) } };
}

function lineTaker({ log }: EmbedOptions): (line: string) => void {
  return log ?? ((line) => void process.stdout.write(line));
}
