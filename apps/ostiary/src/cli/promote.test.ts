import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { openSqlitePromotion } from '@ostiary/storage-sqlite';
import { makeWorkplace } from './terminal.fixture.ts';
import type { Workplace } from './terminal.fixture.ts';

const env = { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url') };
/** Nobody listens on port 1. */
const nowhere = 'postgres://ostiary:hush-hush@127.0.0.1:1/ostiary';

let workplace: Workplace;
beforeEach(() => {
  workplace = makeWorkplace();
  workplace.configure({});
});
afterEach(() => workplace.remove());

function promote(args: string[], stdin = ''): ReturnType<Workplace['run']> {
  return workplace.run(['promote', ...args], { env, stdin });
}

async function makeFile(): Promise<void> {
  const { code } = await workplace.run(['keys', 'rotate'], { env });
  assert.equal(code, 0);
}

test('a promotion needs a file, and a configuration that names it', async () => {
  assert.match((await promote(['--to', nowhere])).err, /^ostiary: there is no database .*ostiary\.db\n$/);
  workplace.configure({ storage: { postgres: { url: nowhere } } });
  assert.match((await promote(['--to', nowhere])).err, /only a SQLite file can be promoted/);
});

test('a promotion needs the address of a database, and never shows it', async () => {
  await makeFile();
  assert.deepEqual(await promote([]), { code: 2, out: '', err: 'ostiary: "promote" needs --to URL\n' });
  for (const url of ['ostiary:hush-hush@db', 'postgres://ostiary:hush-hush@db.example.com']) {
    const { code, err } = await promote(['--to', url]);
    assert.equal(code, 2);
    assert.match(err, /^ostiary: --to (must be|names no database)/);
    assert.ok(!err.includes('hush-hush'), err);
  }
});

test('a database that cannot be reached leaves the file as it is, whichever way its address came', async () => {
  await makeFile();
  for (const [to, stdin] of [
    [nowhere, ''],
    ['-', `${nowhere}\n`],
  ] as const) {
    const { code, err } = await promote(['--to', to], stdin);
    assert.equal(code, 1);
    assert.match(err, /^ostiary: the database postgres:\/\/127\.0\.0\.1:1\/ostiary cannot be opened: /);
    assert.ok(!err.includes('hush-hush'), err);
  }
  const file = openSqlitePromotion(workplace.path('data/ostiary.db'));
  assert.equal(file.read(), undefined);
  file.close();
});
