import { resolve } from 'node:path';
import { fileOf } from '../backup/copy-database.ts';
import { restoreDatabase } from '../backup/restore-database.ts';
import type { Restored } from '../backup/restore-database.ts';
import { count, tally, tallyOfCarriedOver } from '../backup/tally.ts';
import { openLog } from '../log.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readHouse } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Puts a backup in the place of the database while no server has it open. */
export async function restore(values: OptionValues, terminal: Terminal): Promise<number> {
  const from = textOf(values, 'from');
  if (from === undefined) throw new Stop('"restore" needs --from FILE', { exitCode: 2 });
  const house = await readHouse(values, terminal);
  const database = fileOf(house.configuration.storage);
  const log = await openLog('error', { write: terminal.err, isTerminal: true });
  const restored = await restoreDatabase({ ...house, log }, { from: resolve(terminal.cwd, from), database });
  for (const line of report(from, restored)) terminal.out(`${line}\n`);
  return 0;
}

function report(from: string, { contents, kept, ended, ...rest }: Restored): string[] {
  return [
    `${from} is restored: ${tally(contents)}`,
    ...(kept === undefined ? [] : [`the database as it was is kept as ${kept}`]),
    `ended: ${count(ended.sessions, 'session')}, ${count(ended.families, 'sign-in of apps', 'sign-ins of apps')}; no ` +
      `refresh token or code from before works, and everybody signs in anew (restore epoch ${ended.epoch})`,
    ...whatIsKnownOfSince(rest),
  ];
}

function whatIsKnownOfSince({ present, since }: Pick<Restored, 'present' | 'since'>): string[] {
  if (since === undefined) {
    const why = present === 'missing' ? 'there was no database' : 'the database as it was cannot be read';
    return [
      `${why}, so what happened after the backup was made is not known here. Do again what you remember of it: disable ` +
        'users, add users; passwords, withdrawn consents, removed devices and revoked access tokens are as they were then, and ' +
        'so are the keys: if one was taken out of use since, run "ostiary keys rotate"',
    ];
  }
  const carried = tallyOfCarriedOver(since);
  return [
    carried === '' ? 'nothing to carry over from it' : `carried over from it: ${carried}`,
    ...names('added after the backup, and not in it; add them again', since.usersAdded),
    ...names('enabled after the backup; they are disabled until you enable them again', since.usersEnabled),
  ];
}

function names(what: string, users: readonly string[]): string[] {
  return users.length === 0 ? [] : [`users ${what}: ${users.join(', ')}${users.length === mostNames ? ' ...' : ''}`];
}

/** As many as are read of a database. */
const mostNames = 20;
