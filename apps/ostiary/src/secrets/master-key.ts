import { homedir } from 'node:os';
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { Stop } from '../stop.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import { parseKey } from './key-text.ts';

export interface MasterKeySource {
  env: NodeJS.ProcessEnv;
  /** `--master-key-file`, absolute; goes before the environment. */
  keyFile?: string;
  /** Absolute path of the configuration file. */
  configPath: string;
  isDevelopment: boolean;
}

/**
 * Finds the master key: the file named on the command line, OSTIARY_MASTER_KEY, the file that OSTIARY_MASTER_KEY_FILE
 * names; in development a file of this user that is made when missing. Throws `Stop` when there is none, or a bad one.
 */
export function findMasterKey({ env, keyFile, configPath, isDevelopment }: MasterKeySource): Uint8Array {
  const { OSTIARY_MASTER_KEY: text, OSTIARY_MASTER_KEY_FILE: envFile } = env;
  if (keyFile !== undefined) return isDevelopment ? readOrCreate(keyFile) : readKeyFile(keyFile);
  if (text && envFile) throw new Stop('both OSTIARY_MASTER_KEY and OSTIARY_MASTER_KEY_FILE are set; keep one of them');
  if (text) return parseKey(text, 'OSTIARY_MASTER_KEY');
  if (envFile) return readKeyFile(envFile);
  if (isDevelopment) return readOrCreate(defaultKeyFile(configPath, env));
  throw new Stop(
    'there is no master key; set OSTIARY_MASTER_KEY_FILE (or OSTIARY_MASTER_KEY) to the one of this server.\n' +
      'A new server gets one by "ostiary init"; on this machine alone, for trying out, --development will do.',
  );
}

/** Outside the data folder, so that a copy of the data is worth nothing without it, and outside any repository. */
export function defaultKeyFile(configPath: string, env: NodeJS.ProcessEnv): string {
  const stateHome = env['XDG_STATE_HOME'];
  const home = env['HOME'] || homedir();
  const folder = stateHome && isAbsolute(stateHome) ? stateHome : join(home, '.local', 'state');
  const name = createHash('sha256').update(configPath).digest('hex').slice(0, 16);
  return join(folder, 'ostiary', `${name}.key`);
}

function readOrCreate(path: string): Uint8Array {
  createKeyFile(path);
  return readKeyFile(path);
}
