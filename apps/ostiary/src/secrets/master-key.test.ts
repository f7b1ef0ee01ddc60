import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { defaultKeyFile, findMasterKey } from './master-key.ts';
import type { MasterKeySource } from './master-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-key-'));
after(() => rmSync(folder, { recursive: true }));

const key = randomBytes(32);
const base = { configPath: '/etc/ostiary/ostiary.config.ts', isDevelopment: false };

function find(source: Partial<MasterKeySource>) {
  return Buffer.from(findMasterKey({ ...base, env: {}, ...source }));
}

function keyFile(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

for (const spelling of ['base64url', 'base64'] as const) {
  test(`the master key may stand in the environment, in ${spelling}`, () => {
    assert.deepEqual(find({ env: { OSTIARY_MASTER_KEY: key.toString(spelling) } }), key);
  });
}

test('the environment may name a file', () => {
  const path = keyFile('env.key', `${key.toString('base64')}\n`);
  assert.deepEqual(find({ env: { OSTIARY_MASTER_KEY_FILE: path } }), key);
});

test('the command line goes before the environment', () => {
  const path = keyFile('option.key', key.toString('base64url'));
  assert.deepEqual(find({ keyFile: path, env: { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64') } }), key);
});

test('two keys in the environment are one too many', () => {
  assert.throws(() => find({ env: { OSTIARY_MASTER_KEY: 'a', OSTIARY_MASTER_KEY_FILE: 'b' } }), {
    message: 'both OSTIARY_MASTER_KEY and OSTIARY_MASTER_KEY_FILE are set; keep one of them',
  });
});

test('without a key the command that makes one is told', () => {
  assert.throws(() => find({}), /^Stop: there is no master key; set OSTIARY_MASTER_KEY_FILE .*\n.* "ostiary init"/);
});

test('outside development a key file is never made', () => {
  assert.throws(() => find({ keyFile: join(folder, 'none.key') }), {
    message: `there is no master key file ${join(folder, 'none.key')}`,
  });
});

for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601]) {
  test(`a key file with mode ${mode.toString(8)} is refused`, () => {
    const path = keyFile('open.key', key.toString('base64'), mode);
    assert.throws(() => find({ env: { OSTIARY_MASTER_KEY_FILE: path } }), {
      message: `the master key file ${path} is open to others (mode 0${mode.toString(8)}); run: chmod 600 '${path}'`,
    });
  });
}

test('a key of another length is refused', () => {
  assert.throws(() => find({ env: { OSTIARY_MASTER_KEY: randomBytes(31).toString('base64') } }), {
    message:
      'OSTIARY_MASTER_KEY has 31 bytes, not 32; "openssl rand -base64 32" makes a new one, but data sealed under an old key needs the old key',
  });
});

test('a key of zeros is refused', () => {
  assert.throws(() => find({ env: { OSTIARY_MASTER_KEY: Buffer.alloc(32).toString('base64') } }), /is all zeros/);
});

test('what is not base64 is refused and not shown', () => {
  const text = 'correct horse battery staple correct horse!';
  assert.throws(
    () => find({ env: { OSTIARY_MASTER_KEY: text } }),
    (fault) =>
      fault instanceof Error &&
      /is not a key: it must be 32 bytes/.test(fault.message) &&
      !fault.message.includes('horse'),
  );
});

test('an empty key file is refused', () => {
  const path = keyFile('empty.key', '');
  assert.throws(() => find({ env: { OSTIARY_MASTER_KEY_FILE: path } }), /has 0 bytes, not 32/);
});

test('in development a key is made at first start, for its owner alone, and found again', () => {
  const env = { XDG_STATE_HOME: join(folder, 'state') };
  const made = find({ env, isDevelopment: true });
  const path = defaultKeyFile(base.configPath, env);
  assert.ok(path.startsWith(join(folder, 'state', 'ostiary')));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, 'utf8'), `${made.toString('base64url')}\n`);
  assert.deepEqual(find({ env, isDevelopment: true }), made);
});

test('every configuration file has a key of its own', () => {
  const env = { HOME: '/home/ada' };
  const path = defaultKeyFile('/a/ostiary.config.ts', env);
  assert.match(path, /^\/home\/ada\/\.local\/state\/ostiary\/[0-9a-f]{16}\.key$/);
  assert.notEqual(path, defaultKeyFile('/b/ostiary.config.ts', env));
});

test('a relative XDG_STATE_HOME is ignored, as its specification says', () => {
  assert.match(defaultKeyFile('/a', { HOME: '/home/ada', XDG_STATE_HOME: 'state' }), /^\/home\/ada\/\.local/);
});

test('a key file that cannot be made is told with the remedy', () => {
  const blocked = keyFile('a-file', '');
  assert.throws(
    () => find({ env: { XDG_STATE_HOME: blocked }, isDevelopment: true }),
    /cannot be written \(ENOTDIR\); name another by --master-key-file$/,
  );
});
