import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import labConfig from '@ostiary/lab/config';
import { freePort } from '../support/free-port.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { generationsIn, integrityOf, valueIn } from './database-file.ts';
import { bearFamilies } from './honest-clients.ts';

/** Where it is killed: evenly over the whole run, and at each of the last steps, where the databases change places. */
const spread = 6;
const last = 10;
const env = { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url') };
const main = 'apps/ostiary/src/main.ts';
const preload = ['--import', join(import.meta.dirname, 'killed-at-step.ts')];

describe('a restore that is killed', () => {
  let house: string;
  let scratch: string;
  let steps: number;
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'ostiary-killed-'));
    house = join(scratch, 'house');
    await furnish(house);
    const whole = copyOf(house, join(scratch, 'whole'));
    const file = join(scratch, 'steps');
    const { code, output } = await restore(whole, { OSTIARY_TEST_STEPS: file });
    assert.equal(code, 0, output);
    steps = Number(readFileSync(file, 'utf8'));
    assert.ok(steps > 3 * (spread + last), `${steps} steps`);
    assert.equal(stateOf(databaseIn(whole)), 'restored');
  });
  after(() => rmSync(scratch, { recursive: true }));

  it('leaves the old database or the new one, and can be done again', async () => {
    const points = pointsOf(steps);
    const seen = new Set<string>();
    const tryNext = async (): Promise<void> => {
      for (let at = points.shift(); at !== undefined; at = points.shift())
        seen.add(await killAndLook(house, scratch, at));
    };
    await Promise.all([tryNext(), tryNext()]);
    assert.deepEqual([...seen].toSorted(), ['old', 'restored'], 'the run should be cut before the change and after it');
  });
});

/** A place with a database of the server, a backup of it, and what happened afterwards. */
async function furnish(folder: string): Promise<void> {
  mkdirSync(folder);
  const issuer = `http://localhost:${await freePort()}`;
  writeFileSync(configIn(folder), JSON.stringify({ ...labConfig, issuer, storage: 'sqlite:./data/ostiary.db' }));
  const options = ['--development', '--config', configIn(folder)];
  const { program } = await startProgram({ args: [main, 'start', ...options], env }, /^Ostiary ready on .*$/m);
  await bearFamilies(issuer, 2);
  const copied = await runProgram({ args: [main, 'backup', '--to', join(folder, 'backup.db'), ...options], env });
  assert.equal(copied.code, 0, copied.output);
  await bearFamilies(issuer, 2);
  program.signal('SIGKILL');
  await program.ended;
}

async function killAndLook(house: string, scratch: string, at: number): Promise<string> {
  const folder = copyOf(house, join(scratch, `at-${at}`));
  const { code } = await restore(folder, { OSTIARY_TEST_KILL_AT: String(at) });
  assert.equal(code, null, `step ${at}: it should have been killed`);
  const state = stateOf(databaseIn(folder));
  const again = await restore(folder, {});
  assert.equal(again.code, 0, `after step ${at}: ${again.output}`);
  assert.equal(stateOf(databaseIn(folder)), 'restored', `done again after step ${at}`);
  assert.equal(existsSync(`${databaseIn(folder)}-restoring`), false);
  rmSync(folder, { recursive: true });
  return state;
}

function restore(folder: string, more: Record<string, string>): ReturnType<typeof runProgram> {
  const options = ['--from', join(folder, 'backup.db'), '--development', '--config', configIn(folder)];
  return runProgram({ args: [...preload, main, 'restore', ...options], env: { ...env, ...more } });
}

/** What the next process would find. Looked at in a copy: it must do the recovery itself. */
function stateOf(database: string): 'old' | 'restored' {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-killed-look-'));
  const copy = join(folder, 'copy.db');
  for (const ending of ['', '-wal', '-journal'])
    if (existsSync(database + ending)) copyFileSync(database + ending, copy + ending);
  try {
    assert.equal(integrityOf(copy), 'ok');
    const living = generationsIn(copy).size;
    if (valueIn(copy, 'restore_epoch') === 0) {
      assert.equal(living, 4, 'the old database is as it was');
      return 'old';
    }
    assert.equal(living, 0, 'nothing lives in a restored database');
    return 'restored';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pointsOf(steps: number): number[] {
  const early = Array.from({ length: spread }, (_, index) => 1 + Math.floor((index * (steps - last)) / spread));
  return [...early, ...Array.from({ length: last }, (_, index) => steps - last + 1 + index)];
}

function copyOf(house: string, folder: string): string {
  cpSync(house, folder, { recursive: true });
  return folder;
}

function configIn(folder: string): string {
  return join(folder, 'ostiary.config.json');
}

function databaseIn(folder: string): string {
  return join(dirname(configIn(folder)), 'data', 'ostiary.db');
}
