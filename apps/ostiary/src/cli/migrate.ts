import { migrateStore } from '../open-store.ts';
import { nameOf } from '../storage-place.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readConfiguration } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Makes and changes tables, so that the server itself needs no right to. Needs no master key: it reads no row. */
export async function migrate(values: OptionValues, terminal: Terminal): Promise<number> {
  const { storage } = await readConfiguration(values, terminal);
  const runtimeRole = textOf(values, 'runtime-role');
  if (storage.kind === 'sqlite') {
    if (runtimeRole !== undefined) throw new Stop('--runtime-role is for PostgreSQL: a file of SQLite has no roles');
    terminal.out(`${nameOf(storage)} is brought up to date by the server when it starts\n`);
    return 0;
  }
  const applied = await migrateStore(storage, runtimeRole);
  for (const migration of applied) terminal.out(`applied ${migration}\n`);
  terminal.out(`${nameOf(storage)} is up to date\n`);
  if (runtimeRole !== undefined) terminal.out(`${runtimeRole} may read and write it\n`);
  return 0;
}
