import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { makeWorkplace } from './terminal.fixture.ts';
import type { Workplace } from './terminal.fixture.ts';

const key = { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url') };
const password = 'four words and more\n';

let workplace: Workplace;
beforeEach(() => {
  workplace = makeWorkplace();
  workplace.configure({});
});
afterEach(() => workplace.remove());

const addUser = (username: string) =>
  workplace.run(['user', 'add', '--username', username], { env: key, stdin: password });

test('a backup says what it holds, and needs no master key', async () => {
  await addUser('ada');
  const { code, out, err } = await workplace.run(['backup', '--to', 'copy.db']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(
    out,
    /^copy\.db is made and checked: 1 user, 0 sessions, 0 sign-ins of apps, 1 audit event; 0\.\d MB\n$/,
  );
});

test('a restore says what came after the backup, and what to do by hand', async () => {
  await addUser('ada');
  await workplace.run(['backup', '--to', 'copy.db']);
  await addUser('eve');
  await workplace.run(['user', 'disable', '--username', 'ada'], { env: key });
  const { code, out, err } = await workplace.run(['restore', '--from', 'copy.db'], { env: key });
  assert.deepEqual([code, err], [0, '']);
  const [restored, kept, ended, carried, added, more] = out.split('\n');
  assert.match(restored ?? '', /^copy\.db is restored: 1 user, /);
  assert.match(kept ?? '', /is kept as .*ostiary\.db\.before-restore-\d{8}T\d{6}Z$/);
  assert.match(ended ?? '', /^ended: 0 sessions, 0 sign-ins of apps; .* \(restore epoch \d{10}\)$/);
  assert.match(carried ?? '', /^carried over from it: 1 disabled user, 1 user signed out everywhere, 2 audit events$/);
  assert.equal(added, 'users added after the backup, and not in it; add them again: eve');
  assert.equal(more, '');
  assert.match((await addUser('ada')).err, /there is a user "ada" already/);
});

test('a restore where no database is says what it cannot know', async () => {
  await addUser('ada');
  await workplace.run(['backup', '--to', 'copy.db']);
  workplace.configure({ storage: 'sqlite:./elsewhere/new.db' });
  const { code, out } = await workplace.run(['restore', '--from', 'copy.db'], { env: key });
  assert.equal(code, 0);
  assert.match(
    out,
    /^there was no database, so what happened after the backup was made is not known here\. Do again /m,
  );
  assert.ok(!out.includes('is kept as'));
});

test('a restore with another master key than that of the backup changes nothing, and names the backup', async () => {
  await addUser('ada');
  await workplace.run(['backup', '--to', 'copy.db']);
  workplace.configure({ storage: 'sqlite:./elsewhere/new.db' });
  const env = { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url') };
  const { code, err } = await workplace.run(['restore', '--from', 'copy.db'], { env });
  assert.equal(code, 1);
  assert.match(
    err,
    /^ostiary: nothing was changed: the database \S*copy\.db holds keys that this master key does not open/,
  );
  assert.equal(existsSync(workplace.path('elsewhere/new.db')), false);
});

const postgres = { storage: { postgres: { url: 'postgres://role:hush@localhost:1/ostiary' } } };
for (const args of [
  ['backup', '--to', 'copy.db'],
  ['restore', '--from', 'copy.db'],
]) {
  test(`"${args[0]}" points to the tools of PostgreSQL where the data are there`, async () => {
    workplace.configure(postgres);
    const { code, err } = await workplace.run([...args, '--development'], { env: key });
    assert.equal(code, 1);
    assert.match(err, /^ostiary: the data are in PostgreSQL, .*pg_basebackup .* pg_dump; .*"ostiary epoch raise"\n$/);
  });

  test(`"${args[0]}" has nothing to do for data in memory`, async () => {
    workplace.configure({ storage: 'sqlite::memory:' });
    const { code, err } = await workplace.run([...args, '--development'], { env: key });
    assert.deepEqual([code, err], [1, 'ostiary: the data are in memory only (storage "sqlite::memory:")\n']);
  });
}

test('"epoch raise" tells what it means, and does it with --yes', async () => {
  const told = await workplace.run(['epoch', 'raise'], { env: key });
  assert.equal(told.code, 2);
  assert.match(told.err, /everybody signs in anew\. .*\nIf that is what you want, add --yes\.\n$/);
  const { code, out } = await workplace.run(['epoch', 'raise', '--yes'], { env: key });
  assert.equal(code, 0);
  assert.match(out, /^the restore epoch is \d{10}; ended: 0 sessions, 0 sign-ins of apps\./);
});
