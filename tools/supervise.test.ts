import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly urls: readonly string[];
}

/** Answers at its port and says so; ends when its script says so. */
function serving(name: string, port: number, then = ''): Program {
  const script = `require('node:http').createServer((q, a) => a.end()).listen(${port}, 'localhost', () => { console.log('up as ' + process.pid); ${then} })`;
  return { name, args: ['-e', script], urls: [`http://localhost:${port}/`] };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const started: ChildProcess[] = [];
after(() => started.forEach((child) => child.kill()));

/** A supervisor in a process of its own, with all that it printed so far. */
function run(
  programs: readonly Program[],
  epilogue = '',
): {
  child: ChildProcess;
  output: () => string;
  until: (text: string) => Promise<void>;
} {
  const plan = JSON.stringify({ node: process.execPath, programs, greeting: 'all ready' });
  const script = `import { supervise } from ${JSON.stringify(join(import.meta.dirname, 'supervise.mjs'))}; await supervise(${plan}); ${epilogue}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  started.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const until = async (text: string) => {
    while (!printed.includes(text)) await once(child.stdout, 'data');
  };
  return { child, output: () => printed, until };
}

async function exitCodeOf(child: ChildProcess): Promise<unknown> {
  const [code] = await once(child, 'close');
  return code;
}

function processesNamedIn(output: string): number[] {
  return [...output.matchAll(/up as (\d+)/g)].map(([, pid]) => Number(pid));
}

/** Looks again at every turn of the event loop; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops every program and ends with 0`, async () => {
    const { child, output, until } = run([serving('one', await freePort()), serving('two', await freePort())]);
    await until('all ready');
    // A program answers before its line is through the pipe.
    await until('two     | up as');
    await until('one     | up as');
    const pids = processesNamedIn(output());
    assert.equal(pids.length, 2);
    child.kill(signal);
    assert.equal(await exitCodeOf(child), 0);
    assert.deepEqual(pids.filter(isAlive), []);
  });
}

test('a program that ends takes the others with it, and says so', async () => {
  const dying = serving('two', await freePort(), 'process.exit(7)');
  const { child, output } = run([serving('one', await freePort()), dying]);
  assert.equal(await exitCodeOf(child), 1);
  assert.match(output(), /two stopped \(exit code 7\)/);
  assert.deepEqual(processesNamedIn(output()).filter(isAlive), []);
});

test('a supervisor that fails itself leaves no program behind', async () => {
  const { child, output } = run([serving('one', await freePort())], `throw new Error('broken');`);
  assert.equal(await exitCodeOf(child), 1);
  const pids = processesNamedIn(output());
  assert.equal(pids.length, 1);
  await until(() => pids.filter(isAlive).length === 0);
});

test('a busy port is named, with the remedy, and nothing is started', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  t.after(() => blocker.close());
  const { port } = blocker.address() as AddressInfo;
  const { child, output } = run([serving('one', port)]);
  assert.equal(await exitCodeOf(child), 1);
  assert.match(output(), new RegExp(`port ${port} is in use, and one needs it.*lsof -i :${port}`));
  assert.doesNotMatch(output(), /up as/);
});
