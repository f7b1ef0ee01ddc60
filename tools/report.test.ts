import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

function report(t: TestContext, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-report-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'trial.test.mjs');
  writeFileSync(file, `import { describe, test } from 'node:test';\n${source}`);
  const args = ['--test', `--test-reporter=${join(import.meta.dirname, 'report.mjs')}`, file];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_TEST_')));
  return spawnSync(process.execPath, args, { encoding: 'utf8', env }).stdout;
}

test('a green file is one line, without what it printed, and the count is last', (t) => {
  const printed = report(t, `test('a', () => console.log('chatter')); test('b', () => {});`);
  assert.match(printed, /^ok +2 tests +\d+\.\d s {2}\S*trial\.test\.mjs\n2 passed, 0 failed\n$/);
});

test('a failure is told once, with its message and what the file printed', (t) => {
  const printed = report(
    t,
    `describe('suite', () => { test('a', () => { console.log('chatter'); throw new Error('because'); }); });`,
  );
  assert.equal(printed.match(/because/g)?.length, 1);
  assert.match(printed, /^FAIL a$/m);
  assert.match(printed, /chatter/);
  assert.match(printed, /\n0 passed, 1 failed\n$/);
});

test('a file that does not load has failed', (t) => {
  assert.match(report(t, `throw new Error('at load');`), /\n0 passed, 1 failed\n$/);
});
