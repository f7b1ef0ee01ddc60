import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import labConfig from '@ostiary/lab/config';
import { openSqlitePromotion } from '@ostiary/storage-sqlite';
import { bearFamilies, HonestClients, type HeldFamily } from '../faults/honest-clients.ts';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { postgresServer, type TestDatabase } from '../support/postgres.ts';
import { startProgram, type Program } from '../support/program.ts';
import { differences } from './promoted-rows.ts';

/** Where the command stands when a process is killed, and which store is in charge afterwards. */
const allCrashes = [
  { of: 'command', at: 'requested', inCharge: 'file' },
  { of: 'command', at: 'ready', inCharge: 'file' },
  { of: 'command', at: 'copied', inCharge: 'file' },
  { of: 'command', at: 'switching', inCharge: 'file' },
  { of: 'command', at: 'fenced', inCharge: 'file' },
  { of: 'command', at: 'complete', inCharge: 'file' },
  { of: 'command', at: 'promoted', inCharge: 'database' },
  { of: 'command', at: 'finished', inCharge: 'database' },
  { of: 'server', at: 'requested', inCharge: 'file' },
  { of: 'server', at: 'ready', inCharge: 'file' },
  { of: 'server', at: 'copied', inCharge: 'file' },
  { of: 'server', at: 'switching', inCharge: 'file' },
  { of: 'server', at: 'fenced', inCharge: 'database' },
  { of: 'server', at: 'complete', inCharge: 'database' },
  { of: 'server', at: 'promoted', inCharge: 'database' },
  { of: 'both', at: 'copied', inCharge: 'file' },
  { of: 'both', at: 'fenced', inCharge: 'file' },
  { of: 'both', at: 'promoted', inCharge: 'database' },
] as const;
type Crash = (typeof allCrashes)[number];

/** All of them by OSTIARY_POINTS=all; else those between which the others lie. */
const between = [
  'command ready',
  'command fenced',
  'command promoted',
  'server ready',
  'server switching',
  'both fenced',
  'both promoted',
];
const crashes =
  process.env['OSTIARY_POINTS'] === 'all'
    ? allCrashes
    : allCrashes.filter(({ of, at }) => between.includes(`${of} ${at}`));

const stepping = 'apps/ostiary/src/promote/stepping.fixture.ts';

describe('a promotion under load, whose server is killed at the fence', () => {
  it('leaves every row in the database as it is in the file, and clients that try again go on there', () =>
    inPlace(async (place) => {
      const { issuer, database, families } = place;
      const load = new HonestClients(issuer.issuer, families);
      const running = load.run(families.length);
      const command = await runUntil(place, { at: 'complete' });
      await issuer.end('SIGKILL');
      command.signal('SIGUSR2');
      await command.ended;
      const answersBefore = load.answers.length;
      assert.deepEqual(await differences(issuer.database, database.url), []);
      await onDatabase(place);
      load.stop();
      await running;
      await refreshEach(place);
      assert.ok(answersBefore > 0 && load.answers.length > answersBefore);
      assert.deepEqual(
        load.answers.filter(({ outcome }) => outcome.kind === 'refused'),
        [],
      );
    }));
});

describe('a promotion in which a process is killed', { concurrency: 4 }, () => {
  for (const crash of crashes) {
    it(`${crash.of} killed at "${crash.at}": the ${crash.inCharge} is in charge, and nobody is signed out`, () =>
      inPlace(async (place) => {
        const command = await runUntil(place, crash);
        if (crash.of !== 'server') await kill(command);
        if (crash.of !== 'command') await place.issuer.end('SIGKILL');
        // A server that was faster than the signal has fenced its file already.
        const isFenced = crash.of === 'server' && stateOf(place.issuer) === 'fenced';
        if (crash.of === 'server') {
          command.signal('SIGUSR2');
          await command.ended;
        }
        if (crash.of === 'command') await refreshEach(place);
        if (crash.inCharge === 'file' && !isFenced) await goOnWithFile(place, crash);
        else await goOnWithDatabase(place, crash);
      }));
  }
});

interface Place {
  issuer: IssuerProgram;
  database: TestDatabase;
  families: HeldFamily[];
}

/** The next promotion of the same file comes about, whatever the one before left. */
async function goOnWithFile(place: Place, { of }: Crash): Promise<void> {
  const { issuer, database } = place;
  if (of !== 'command') {
    await issuer.start();
    assert.equal(stateOf(issuer), 'aborted', 'the start clears away what was left');
  }
  await refreshEach(place);
  const { code, output } = await issuer.command('promote', '--to', database.url);
  assert.equal(code, 0, output);
  assert.equal(stateOf(issuer), 'promoted');
  await refreshEach(place);
}

async function goOnWithDatabase(place: Place, { of, at }: Crash): Promise<void> {
  const { issuer, database } = place;
  assert.equal(stateOf(issuer), 'promoted');
  if (of !== 'command') {
    assert.deepEqual(await differences(issuer.database, database.url), []);
    await assert.rejects(issuer.start(), /was promoted to PostgreSQL/);
  }
  if (of === 'both' && at === 'promoted') {
    await assert.rejects(onDatabase(place), /is being filled by "ostiary promote"/);
    await issuer.start((config) => ({ ...config, storage: 'sqlite:./data/ostiary.db' })).catch(() => undefined);
    const { code, output } = await issuer.command('promote', '--to', database.url);
    assert.equal(code, 0, output);
    assert.match(output, /was promoted before/);
  }
  if (of !== 'command') await onDatabase(place);
  await refreshEach(place);
}

function onDatabase({ issuer, database }: Place): Promise<void> {
  return issuer.start((config) => ({ ...config, storage: { postgres: { url: database.url } } }));
}

async function runUntil({ issuer, database }: Place, { at }: Pick<Crash, 'at'>): Promise<Program> {
  const { program } = await startProgram(
    {
      args: [stepping, '--file', issuer.database, '--to', database.url, '--at', at],
      env: { OSTIARY_MASTER_KEY: issuer.masterKey },
    },
    new RegExp(`^at ${at}$`, 'm'),
  );
  return program;
}

async function kill(program: Program): Promise<void> {
  program.signal('SIGKILL');
  await program.ended;
}

function stateOf({ database }: IssuerProgram): string | undefined {
  const file = openSqlitePromotion(database);
  const state = file.read()?.state;
  file.close();
  return state;
}

async function refreshEach({ issuer, families }: Place): Promise<void> {
  for (const family of families) {
    const form = { grant_type: 'refresh_token', client_id: 'lab-spa', refresh_token: family.newest };
    const response = await fetch(`${issuer.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
    const body = (await response.json()) as Record<string, unknown>;
    assert.equal(response.status, 200, JSON.stringify(body));
    family.newest = String(body['refresh_token']);
  }
}

async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const [issuer, database] = await Promise.all([
    startIssuer((identifier) => ({ ...labConfig, issuer: identifier })),
    (await postgresServer()).newDatabase(),
  ]);
  try {
    await work({ issuer, database, families: await bearFamilies(issuer.issuer, 2) });
  } finally {
    await issuer.close();
    await database.drop();
  }
}
