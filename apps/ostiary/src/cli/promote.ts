import { existsSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { SqlitePromotion } from '@ostiary/storage-sqlite';
import { secretSource } from '../config/load-config.ts';
import { readStorage } from '../config/rules/storage.ts';
import { move } from '../promote/move.ts';
import type { Moved, Step } from '../promote/move.ts';
import { openTarget, sealed } from '../promote/target.ts';
import { systemRandom } from '../random.ts';
import { createKeyWrapper } from '../secrets/key-wrapper.ts';
import { nameOf } from '../storage-place.ts';
import type { PostgresPlace, SqlitePlace } from '../storage-place.ts';
import { messageOf, Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readHouse } from './house.ts';
import type { Terminal } from './terminal.ts';
import { toldToStop } from './told-to-stop.ts';

/** Moves the data of a SQLite file into PostgreSQL, beside the server that works on them. Nobody is signed out. */
export async function promote(values: OptionValues, terminal: Terminal): Promise<number> {
  const { configuration, masterKey } = await readHouse(values, terminal);
  const { storage, settings } = configuration;
  if (storage.kind !== 'sqlite' || storage.path === ':memory:')
    throw new Stop('only a SQLite file can be promoted, and the configuration names none');
  if (!existsSync(storage.path)) throw new Stop(`there is no database ${storage.path}`);
  const place = await readTarget(values, terminal, settings.isDevelopment);
  const keyWrapper = createKeyWrapper({ masterKey, random: systemRandom, databaseName: storage.path });
  const { openSqlitePromotion } = await import('@ostiary/storage-sqlite');
  const file = openSqlitePromotion(storage.path);
  try {
    if (file.read()?.state === 'promoted') return await finishOnly(file, place, terminal);
    const moved = await run({ file, from: storage, to: place, sealed: sealed(place, keyWrapper) }, terminal);
    terminal.out(summary(moved, place));
    return 0;
  } finally {
    file.close();
  }
}

interface Ends {
  file: SqlitePromotion;
  from: SqlitePlace;
  to: PostgresPlace;
  sealed: string;
}

async function run({ file, from, to, sealed: text }: Ends, terminal: Terminal): Promise<Moved> {
  const target = await openTarget(to);
  let signal: string | undefined;
  void toldToStop().then((name) => (signal = name));
  try {
    return await move({
      file,
      target,
      source: Buffer.from(systemRandom.bytes(16)).toString('base64url'),
      place: nameOf(to),
      sealed: text,
      reached: (step) => terminal.out(told(step, from, to)),
      copied: progressTo(terminal),
      whyStop: () => signal && `stopped by ${signal}`,
    });
  } catch (fault) {
    throw new Stop(outcome(file, fault), { cause: fault });
  } finally {
    await target.close();
  }
}

/** The move came about before, and whoever did it could not say so any more. */
async function finishOnly(file: SqlitePromotion, to: PostgresPlace, terminal: Terminal): Promise<number> {
  const { source = '', place = '' } = file.read() ?? {};
  const target = await openTarget(to);
  try {
    await target.mark.finish(source);
  } catch (fault) {
    throw new Stop(`the file was promoted to ${place}; ${nameOf(to)} cannot take its place: ${messageOf(fault)}`);
  } finally {
    await target.close();
  }
  terminal.out(`the file was promoted before. ${whatToWrite(to)}`);
  return 0;
}

/** `-` reads the address from standard input: other users of the machine can read the words of a command line. */
async function readTarget(values: OptionValues, terminal: Terminal, isDevelopment: boolean): Promise<PostgresPlace> {
  const given = textOf(values, 'to');
  if (given === undefined) throw new Stop('"promote" needs --to URL', { exitCode: 2 });
  const url = given === '-' ? (await readAll(terminal.stdin)).trim() : given;
  const ca = textOf(values, 'ca');
  const dangerouslyUnencrypted = values['dangerously-unencrypted'] === true;
  const written = { postgres: { url, ...(ca !== undefined && { ca }), dangerouslyUnencrypted } };
  const { value, problems } = readStorage(written, secretSource(terminal.cwd, terminal.env), isDevelopment);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (value?.kind !== 'postgres' || errors.length > 0)
    throw new Stop(`--to ${errors.map(({ message }) => message).join('; ')}`, { exitCode: 2 });
  return value;
}

function told(step: Step, from: SqlitePlace, to: PostgresPlace): string {
  switch (step) {
    case 'requested':
      return `promoting ${from.path} to ${nameOf(to)}\n`;
    case 'ready':
      return 'the server stands by\n';
    case 'copied':
      return 'every row is copied; taking what changed meanwhile\n';
    case 'promoted':
      return `${nameOf(to)} is in charge\n`;
    case 'switching':
    case 'fenced':
    case 'complete':
    case 'finished':
      return '';
  }
}

const tellEveryRows = 100_000;

function progressTo(terminal: Terminal): (rows: number) => void {
  let toldRows = 0;
  return (rows) => {
    if (rows - toldRows < tellEveryRows) return;
    toldRows = rows;
    terminal.out(`${rows.toLocaleString('en')} rows\n`);
  };
}

function summary({ rows, heldMs }: Moved, to: PostgresPlace): string {
  const held = heldMs === undefined ? '' : `The server held its requests for ${heldMs} ms and goes on with it.\n`;
  return `${rows.toLocaleString('en')} rows were copied. ${held}${whatToWrite(to)}`;
}

function whatToWrite(to: PostgresPlace): string {
  return (
    `Before the next start, write into the configuration file, with ${nameOf(to)} and its password in DATABASE_URL:\n` +
    `  storage: { postgres: { url: { env: 'DATABASE_URL' } } }\n` +
    'Nothing is written to the SQLite file any more; keep it as long as you keep a backup.\n'
  );
}

function outcome(file: SqlitePromotion, fault: unknown): string {
  const why = messageOf(fault);
  return file.read()?.state === 'promoted'
    ? `the new database is in charge, but does not know it yet: ${why}; run the same command once more`
    : `not promoted, and the file is as it was: ${why}`;
}
