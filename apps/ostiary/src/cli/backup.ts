import { resolve } from 'node:path';
import { copyDatabase } from '../backup/copy-database.ts';
import { tally } from '../backup/tally.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readConfiguration } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Copies the database beside a running server. Needs no master key: what is sealed stays sealed. */
export async function backUp(values: OptionValues, terminal: Terminal): Promise<number> {
  const to = textOf(values, 'to');
  if (to === undefined) throw new Stop('"backup" needs --to FILE', { exitCode: 2 });
  const { storage } = await readConfiguration(values, terminal);
  const contents = await copyDatabase(storage, resolve(terminal.cwd, to));
  terminal.out(`${to} is made and checked: ${tally(contents)}\n`);
  return 0;
}
