import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

/** What `runSteps` prints and returns for one step that runs the given script. */
function outcome(script: string, tests?: readonly string[]): { printed: string; sum: unknown } {
  const step = { name: 'trial', command: [process.execPath, '-e', script], tests };
  const program = `import { runSteps } from ${JSON.stringify(join(import.meta.dirname, 'steps.mjs'))};
    console.error(JSON.stringify(await runSteps([${JSON.stringify(step)}], false)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return { printed: stdout, sum: JSON.parse(stderr) };
}

test('a step that succeeds is one line', () => {
  const { printed, sum } = outcome(`console.log('chatter')`);
  assert.match(printed, /^ok {3}trial +\d+\.\d s\n$/);
  assert.deepEqual(sum, { passed: 1, failed: 0 });
});

test('a step that fails shows what it printed, on both streams', () => {
  const { printed, sum } = outcome(`console.log('one'); console.error('two'); process.exitCode = 3`);
  assert.match(printed, /^FAIL trial/);
  assert.match(printed, /one/);
  assert.match(printed, /two/);
  assert.deepEqual(sum, { passed: 0, failed: 1 });
});

test('a step of tests counts them', () => {
  assert.deepEqual(outcome(`console.log('5 passed, 0 failed')`, []).sum, { passed: 5, failed: 0 });
  assert.deepEqual(outcome(`console.log('5 passed, 2 failed'); process.exitCode = 1`, []).sum, {
    passed: 5,
    failed: 2,
  });
});

test('a step of tests that ran none has failed', () => {
  assert.deepEqual(outcome(`console.log('0 passed, 0 failed')`, []).sum, { passed: 0, failed: 1 });
  assert.deepEqual(outcome('', []).sum, { passed: 0, failed: 1 });
});

test('a runner that dies after its count has failed', () => {
  assert.deepEqual(outcome(`console.log('5 passed, 0 failed'); process.exitCode = 1`, []).sum, {
    passed: 5,
    failed: 1,
  });
});
