// npm test: the whole proof. Checks and unit tests first, then what crosses rooms, folder by folder.
import { spawn } from 'node:child_process';
import { provideChromium } from './chromium.mjs';
import { openPostgres } from './open-postgres.mjs';
import { prepare, root } from './setup.mjs';
import { checkSteps, countsIn, runSteps } from './steps.mjs';
import { findTests, overdue } from './test-files.mjs';

const folderWithinMs = 15 * 60_000;
const order = ['pins', 'storage', 'interop', 'docs', 'security', 'attacks', 'model', 'faults', 'torture', 'e2e'];
const needsBrowser = new Set(['e2e', 'interop', 'docs', 'torture']);
const needsPostgres = new Set(['pins', 'storage', 'interop', 'faults']);
/** Folders whose tests stay in their own process: one process for all files spares a start for each of them. */
const sharesProcess = new Set(['security', 'attacks', 'model']);

const startMs = Date.now();
const node = await prepare();
const browser = provideChromium();
if (browser.path) process.env.OSTIARY_CHROMIUM = browser.path;
const postgres = await openPostgres(node);
if (postgres.url) process.env.OSTIARY_TEST_POSTGRES = postgres.url;

const phases = [];
say('checks and unit tests');
phases.push({ name: 'check', ...(await runSteps(checkSteps(node, false), false)) });
for (const [folder, files] of testFolders()) phases.push({ name: folder, ...(await runFolder(folder, files)) });
finish();

/** Folders of tests/ with their test files, in order: quick and telling ones first. */
function testFolders() {
  const folders = new Map(order.map((folder) => [folder, []]));
  for (const file of findTests(['tests'])) {
    const [, folder = ''] = /^tests\/([^/]+)\//.exec(file) ?? [];
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].filter(([, found]) => found.length > 0);
}

async function runFolder(folder, files) {
  say(`${folder} (${files.length} ${files.length === 1 ? 'file' : 'files'})`);
  const problem = (needsBrowser.has(folder) && browser.problem) || (needsPostgres.has(folder) && postgres.problem);
  if (problem) {
    process.stdout.write(`FAIL ${folder} could not run: ${problem}\n`);
    return { passed: 0, failed: 1 };
  }
  const { code, output } = await runTests(files, sharesProcess.has(folder) ? ['--test-isolation=none'] : []);
  const counts = countsIn(output) ?? { passed: 0, failed: 0 };
  const isGreen = code === 0 && counts.passed > 0;
  return isGreen || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

/** Shows the reporter's lines as they come, all but its count, which belongs to the sum at the end. */
function runTests(files, more) {
  const options = ['--test', ...more, '--test-timeout=300000', '--test-reporter=./tools/report.mjs'];
  if (more.length === 0) options.push('--test-concurrency=2');
  return new Promise((resolve) => {
    const child = spawn(node, [...options, ...files], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: folderWithinMs,
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(String(chunk).replace(/^(\d+ passed, \d+ failed.*)$/m, '     $1'));
    });
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => {
      if (child.killed) process.stdout.write(`${overdue(files, output, folderWithinMs)}\n`);
      resolve({ code: code ?? 1, output });
    });
  });
}

function finish() {
  say(`summary, after ${Math.round((Date.now() - startMs) / 1000)} s`);
  const sum = { passed: 0, failed: 0 };
  for (const { name, passed, failed } of phases) {
    sum.passed += passed;
    sum.failed += failed;
    process.stdout.write(
      `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed\n`,
    );
  }
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed\n`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
  postgres.close?.();
}

function say(text) {
  process.stdout.write(`\n== ${text}\n`);
}
