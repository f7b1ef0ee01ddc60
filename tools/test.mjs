// npm test: the whole proof. Checks, unit tests and what crosses rooms wait in one queue, so that no core is idle before its end.
import { provideChromium } from './chromium.mjs';
import { openPostgres } from './open-postgres.mjs';
import { writeInMemory } from './quick-folder.mjs';
import { prepare } from './setup.mjs';
import { add, checkSteps, runSteps } from './steps.mjs';
import { findTests } from './test-files.mjs';

const endWithinMs = 5 * 60_000;
/** The longest first, before them whatever is not listed: what is short fills the gaps at the end. */
const order = [
  'e2e',
  'torture',
  'docs',
  'faults',
  'security',
  'attacks',
  'storage',
  'operations',
  'interop',
  'model',
  'pins',
];
const needsBrowser = new Set(['e2e', 'interop', 'docs', 'torture']);
const needsPostgres = new Set(['pins', 'storage', 'interop', 'faults']);
/** Folders whose tests share one process: that spares a start for each of their many files. */
const sharesProcess = new Set(['security', 'attacks']);

const startMs = Date.now();
const node = await prepare();
const browser = provideChromium();
if (browser.path) process.env.OSTIARY_CHROMIUM = browser.path;
const postgres = await openPostgres(node);
if (postgres.url) process.env.OSTIARY_TEST_POSTGRES = postgres.url;
// After the server was started, which outlives this process by the moment that it takes to stop.
writeInMemory();

const sums = new Map(['check', ...order].map((folder) => [folder, { passed: 0, failed: 0 }]));
const steps = [...checkSteps(node, false), ...testFolders().flatMap(([folder, files]) => folderSteps(folder, files))];
say(`${steps.length} steps`);
await runSteps(steps, false, note);
finish();

/** Folders of tests/ with their test files, in order. */
function testFolders() {
  const folders = new Map();
  for (const file of findTests(['tests'])) {
    const [, folder = ''] = /^tests\/([^/]+)\//.exec(file) ?? [];
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

/** One step for each file, or one for all of them; none where what they need is missing, which is a failure. */
function folderSteps(folder, files) {
  const problem = (needsBrowser.has(folder) && browser.problem) || (needsPostgres.has(folder) && postgres.problem);
  if (problem) {
    process.stdout.write(`FAIL ${folder} could not run: ${problem}\n`);
    note({ folder }, { passed: 0, failed: 1 });
    return [];
  }
  if (sharesProcess.has(folder)) return [testStep(folder, `tests/${folder}`, files)];
  return files.map((file) => testStep(folder, file, [file]));
}

function testStep(folder, name, files) {
  const options = ['--test', '--test-isolation=none', '--test-timeout=300000', '--test-reporter=./tools/report.mjs'];
  return { folder, name, command: [node, ...options, ...files], tests: files, withinMs: endWithinMs };
}

function note({ folder = 'check' }, counts) {
  if (!sums.has(folder)) sums.set(folder, { passed: 0, failed: 0 });
  add(sums.get(folder), counts);
}

function finish() {
  say(`summary, after ${Math.round((Date.now() - startMs) / 1000)} s`);
  const total = { passed: 0, failed: 0 };
  for (const [name, { passed, failed }] of sums) {
    if (passed + failed === 0) continue;
    add(total, { passed, failed });
    process.stdout.write(
      `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed\n`,
    );
  }
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
  postgres.close?.();
}

function say(text) {
  process.stdout.write(`\n== ${text}\n`);
}
