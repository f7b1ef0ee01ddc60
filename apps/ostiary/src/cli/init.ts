import { writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { createKeyFile } from '../secrets/key-file.ts';
import { defaultKeyFile } from '../secrets/master-key.ts';
import { codeOf, messageOf, Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { firstConfig } from './first-config.ts';
import type { Terminal } from './terminal.ts';

/** Writes what a new server needs. Nothing that is there already is touched: a lost master key cannot be made again. */
export async function init(values: OptionValues, terminal: Terminal): Promise<number> {
  const configPath = resolve(terminal.cwd, textOf(values, 'config') ?? 'ostiary.config.ts');
  if (extname(configPath) !== '.ts')
    throw new Stop('--config must end in .ts: what init writes is TypeScript', { exitCode: 2 });
  const given = textOf(values, 'master-key-file');
  const keyFile = given === undefined ? defaultKeyFile(configPath, terminal.env) : resolve(terminal.cwd, given);
  writeConfig(configPath);
  const isNewKey = createKeyFile(keyFile);
  terminal.out(
    [
      `configuration  ${configPath}`,
      `master key     ${keyFile}${isNewKey ? '' : ' (was there already; kept)'}`,
      '',
      'Keep a copy of the master key apart from the database: without it nobody can read the signing keys.',
      '',
      'To try it out on this machine:',
      `  ostiary start --development --config ${quoted(configPath)}${given === undefined ? '' : ` --master-key-file ${quoted(keyFile)}`}`,
      'For others to use, set an https issuer in the configuration, and then:',
      `  OSTIARY_MASTER_KEY_FILE=${quoted(keyFile)} ostiary start --config ${quoted(configPath)}`,
      '',
    ].join('\n'),
  );
  return 0;
}

function writeConfig(path: string): void {
  try {
    writeFileSync(path, firstConfig, { flag: 'wx' });
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') throw new Stop(`there is a file ${path} already; it is left as it is`);
    throw new Stop(`the configuration file ${path} cannot be written: ${messageOf(fault)}`, { cause: fault });
  }
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
