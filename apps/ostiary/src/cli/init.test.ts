import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { loadConfig } from '../config/load-config.ts';
import { makeWorkplace } from './terminal.fixture.ts';
import type { Workplace } from './terminal.fixture.ts';

let workplace: Workplace;
beforeEach(() => void (workplace = makeWorkplace()));
afterEach(() => workplace.remove());

test('it writes a configuration that is right, and a key for its owner alone', async () => {
  const { code, out, err } = await workplace.run(['init']);
  assert.deepEqual([code, err], [0, '']);
  const path = workplace.path('ostiary.config.ts');
  const checked = await loadConfig({ path, isDevelopment: false, env: {} });
  assert.ok(checked.ok);
  assert.deepEqual(checked.configuration.warnings, []);
  const [name = ''] = readdirSync(workplace.path('state/ostiary'));
  const keyFile = workplace.path(`state/ostiary/${name}`);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.ok(out.includes(keyFile) && out.includes(path));
  assert.ok(!out.includes(readFileSync(keyFile, 'utf8').trim()), 'the key itself is not shown');
});

test('it does not touch a configuration that is there, and makes no key', async () => {
  const path = workplace.write('ostiary.config.ts', 'mine');
  const { code, err } = await workplace.run(['init']);
  assert.equal(code, 1);
  assert.equal(err, `ostiary: there is a file ${path} already; it is left as it is\n`);
  assert.equal(readFileSync(path, 'utf8'), 'mine');
  assert.ok(!existsSync(workplace.path('state')));
});

test('it does not touch a key that is there', async () => {
  const keyFile = workplace.write('master.key', 'mine');
  const { code, out } = await workplace.run(['init', '--master-key-file', 'master.key']);
  assert.equal(code, 0);
  assert.equal(readFileSync(keyFile, 'utf8'), 'mine');
  assert.match(out, /was there already; kept/);
});

test('it writes TypeScript only', async () => {
  const { code, err } = await workplace.run(['init', '--config', 'ostiary.config.json']);
  assert.equal(code, 2);
  assert.equal(err, 'ostiary: --config must end in .ts: what init writes is TypeScript\n');
});

test('the key that it made opens what the next commands seal', async () => {
  await workplace.run(['init', '--master-key-file', 'master.key']);
  const env = { OSTIARY_MASTER_KEY_FILE: workplace.path('master.key') };
  const first = await workplace.run(['keys', 'rotate'], { env });
  assert.deepEqual([first.code, first.err], [0, '']);
  const second = await workplace.run(['keys', 'rotate', '--development', '--master-key-file', 'master.key']);
  assert.deepEqual([second.code, second.err], [0, '']);
});
