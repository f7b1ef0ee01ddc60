// The steps of `npm run check`, and the runner that `npm test` shares.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from './setup.mjs';
import { findTests, overdue } from './test-files.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/** @param {string} node executable @param {boolean} fix whether to repair what a tool can repair */
export function checkSteps(node, fix) {
  const rooms = findTests(['packages', 'apps/lab', 'apps/console', 'sdks', 'bench']);
  const program = findTests(['apps/ostiary']);
  const tools = findTests(['tools']);
  return [
    { name: 'format', command: [node, bin('oxfmt'), ...(fix ? [] : ['--check'])], first: true },
    { name: 'lint', command: [node, bin('oxlint'), '--deny-warnings', ...(fix ? ['--fix'] : [])], first: true },
    { name: 'units', command: [node, ...testOptions, inOneProcess, ...rooms], tests: rooms },
    { name: 'program', command: [node, ...testOptions, inOneProcess, ...program], tests: program },
    { name: 'tools', command: [node, ...testOptions, '--test-concurrency=2', ...tools], tests: tools },
    { name: 'types', command: [node, bin('tsc'), '-p', '.'] },
    { name: 'arrows', command: [node, 'tools/arrows.ts'] },
    { name: 'house', command: [node, 'tools/house.ts'] },
    { name: 'sql', command: [node, 'tools/sql.ts'] },
    { name: 'size', command: [node, 'tools/size.ts'] },
    { name: 'reference', command: [node, 'tools/reference.ts', '--check'] },
    { name: 'unused', command: [node, bin('knip'), '--no-progress', '--no-config-hints'] },
  ];
}

const testOptions = ['--test', '--test-timeout=60000', '--test-reporter=./tools/report.mjs'];
/** A process of its own for each file costs more than most files' tests do. */
const inOneProcess = '--test-isolation=none';

/** Steps and tests wait for a disk, a browser or a clock much of their time: one more of them than cores keeps the cores at work. */
const lanes = availableParallelism() + 1;

/**
 * Runs the steps from one queue; those marked `first` rewrite files under --fix, so they go before the others, one by one.
 * Prints one line per step, and a step's output when it failed.
 *
 * @param {(step: object, counts: { passed: number, failed: number }) => void} [note] hears of each step as it ends
 * @returns {Promise<{ passed: number, failed: number }>} steps and, where a step counts tests, its tests
 */
export async function runSteps(steps, fix, note = () => {}) {
  const sum = { passed: 0, failed: 0 };
  const queue = [...steps];
  const work = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) await run(step);
  };
  const run = async (step) => {
    const counts = await runStep(step);
    add(sum, counts);
    note(step, counts);
  };
  if (fix) while (queue[0]?.first) await run(queue.shift());
  await Promise.all(Array.from({ length: lanes }, work));
  return sum;
}

export function add(sum, { passed, failed }) {
  sum.passed += passed;
  sum.failed += failed;
}

async function runStep(step) {
  const { command, tests, withinMs = endWithinMs } = step;
  const startMs = Date.now();
  const { code, output } = await capture(command, tests, withinMs);
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  const counts = tests ? (countsIn(output) ?? { passed: 0, failed: 0 }) : { passed: code === 0 ? 1 : 0, failed: 0 };
  const isGreen = code === 0 && counts.passed > 0;
  if (!isGreen && counts.failed === 0) counts.failed = 1;
  process.stdout.write(`${isGreen ? 'ok  ' : 'FAIL'} ${lineOf(step, seconds, counts)}\n`);
  if (!isGreen) process.stdout.write(`${output.trimEnd()}\n\n`);
  return counts;
}

/** What stands in tests/ is told as tools/report.mjs tells it. */
function lineOf({ name, tests, folder }, seconds, { passed, failed }) {
  if (folder) return `${String(passed + failed).padStart(4)} tests ${seconds.padStart(6)} s  ${name}`;
  return `${name.padEnd(8)} ${seconds.padStart(5)} s${tests ? `  ${passed} passed` : ''}`;
}

/** The last line of tools/report.mjs, as numbers. */
export function countsIn(output) {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  return found && { passed: Number(found[1]), failed: Number(found[2]) };
}

const endWithinMs = 300_000;

function capture([program, ...args], tests = [], withinMs) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout: withinMs });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}` }));
    child.on('close', (code) => {
      const note = child.killed ? `\n${overdue(tests, output, withinMs)}` : '';
      resolve({ code: code ?? 1, output: output + note });
    });
  });
}
