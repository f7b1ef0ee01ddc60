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

test('a user is added once, whatever the spelling of the name', async () => {
  const add = ['user', 'add', '--username', 'ada@example.com', '--claims', '{"name":"Ada"}'];
  assert.deepEqual(await workplace.run(add, { env: key, stdin: password }), {
    code: 0,
    out: 'ada@example.com is added\n',
    err: '',
  });
  assert.deepEqual(
    await workplace.run(['user', 'add', '--username', 'ADA@example.com'], { env: key, stdin: password }),
    { code: 1, out: '', err: 'ostiary: there is a user "ADA@example.com" already\n' },
  );
});

test('the password of a new user is long, development or not', async () => {
  for (const mode of [[], ['--development']]) {
    const args = ['user', 'add', '--username', 'ada', ...mode];
    const { code, err } = await workplace.run(args, { env: key, stdin: 'hush hush\n' });
    assert.equal(code, 1);
    assert.match(err, /^ostiary: the password has 9 characters; use at least 15: .* \(NIST SP 800-63B-4\)/);
    assert.ok(!err.includes('hush'));
  }
});

test('no password on standard input is told with the remedy', async () => {
  const { code, err } = await workplace.run(['user', 'add', '--username', 'ada'], { env: key });
  assert.equal(code, 1);
  assert.match(err, /no password came from standard input; send it there, one line: printf/);
});

test('a password without end is not read to its end', async () => {
  const args = ['user', 'add', '--username', 'ada'];
  const { err } = await workplace.run(args, { env: key, stdin: 'a'.repeat(5000) });
  assert.equal(err, 'ostiary: a password has at most 4096 bytes\n');
});

test('only the first line of standard input is the password', async () => {
  const args = ['user', 'add', '--username', 'ada'];
  const { err } = await workplace.run(args, { env: key, stdin: 'short\r\nand a long line after it\n' });
  assert.match(err, /has 5 characters/);
});

test('a user is disabled and enabled again', async () => {
  await workplace.run(['user', 'add', '--username', 'ada'], { env: key, stdin: password });
  assert.deepEqual(await workplace.run(['user', 'disable', '--username', 'Ada'], { env: key }), {
    code: 0,
    out: 'Ada is disabled: sign-in is refused, and sessions and refresh tokens have ended\n',
    err: '',
  });
  assert.deepEqual(await workplace.run(['user', 'enable', '--username', 'ada'], { env: key }), {
    code: 0,
    out: 'ada may sign in again\n',
    err: '',
  });
});

test('a user is signed out everywhere and may sign in', async () => {
  await workplace.run(['user', 'add', '--username', 'ada'], { env: key, stdin: password });
  assert.deepEqual(await workplace.run(['user', 'sign-out', '--username', 'Ada'], { env: key }), {
    code: 0,
    out: 'Ada is signed out everywhere: sessions and refresh tokens have ended\n',
    err: '',
  });
});

for (const command of ['disable', 'enable', 'sign-out']) {
  test(`"user ${command}" knows nobody who is not there`, async () => {
    assert.deepEqual(await workplace.run(['user', command, '--username', 'eve'], { env: key }), {
      code: 1,
      out: '',
      err: 'ostiary: there is no user "eve"\n',
    });
  });
}

test('keys rotate names every new key and the time from which it signs', async () => {
  const { code, out, err } = await workplace.run(['keys', 'rotate'], { env: key });
  assert.deepEqual([code, err], [0, '']);
  const line = /^(ES256|RS256) key [\w-]{16} is published now and signs from \d{4}-\d\d-\d\dT[\d:.]+Z$/;
  const lines = out.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((text) => line.exec(text)?.[1]),
    ['ES256', 'RS256'],
  );
});

test('the database lies beside the configuration, not where the command runs', async () => {
  workplace.configure({ storage: 'sqlite:./kept/here.db' });
  assert.equal((await workplace.run(['keys', 'rotate'], { env: key })).code, 0);
  assert.ok(existsSync(workplace.path('kept/here.db')));
});

test('another master key than the database was made with is told', async () => {
  await workplace.run(['keys', 'rotate'], { env: key });
  const { code, err } = await workplace.run(['keys', 'rotate'], {
    env: { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64') },
  });
  assert.equal(code, 1);
  assert.match(err, /^ostiary: the database .*ostiary\.db holds keys that this master key does not open/);
});

test('a database that is none is told', async () => {
  workplace.configure({
    storage: `sqlite:${workplace.write('notes.txt', 'not a database, but long enough to be read as one'.repeat(99))}`,
  });
  const { code, err } = await workplace.run(['keys', 'rotate'], { env: key });
  assert.equal(code, 1);
  assert.match(err, /^ostiary: the database .*notes\.txt cannot be opened: .*file is not a database/);
});

test('no configuration at all is told with the remedy', async () => {
  const empty = makeWorkplace();
  const { code, err } = await empty.run(['start']);
  empty.remove();
  assert.equal(code, 1);
  assert.match(err, /there is no configuration file .*ostiary\.config\.ts; "ostiary init" writes one/);
});

test('every problem of the configuration is told, and nothing is opened', async () => {
  workplace.configure({ issuer: 'http://id.example.com/', session: { idleSeconds: 0 } });
  const { code, err } = await workplace.run(['start'], { env: key });
  assert.equal(code, 1);
  const path = workplace.path('ostiary.config.json');
  assert.equal(err, `ostiary: ${path} has a problem:\n  session.idleSeconds: must be at least 1, not 0\n`);
  assert.ok(!existsSync(workplace.path('data')));
});

test('SQLite needs no migration by hand, and has no roles', async () => {
  assert.deepEqual(await workplace.run(['migrate']), {
    code: 0,
    out: `${workplace.path('data/ostiary.db')} is brought up to date by the server when it starts\n`,
    err: '',
  });
  const { code, err } = await workplace.run(['migrate', '--runtime-role', 'ostiary']);
  assert.equal(code, 1);
  assert.equal(err, 'ostiary: --runtime-role is for PostgreSQL: a file of SQLite has no roles\n');
});
