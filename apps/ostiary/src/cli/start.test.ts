import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, test } from 'node:test';
import { makeWorkplace } from './terminal.fixture.ts';
import type { Workplace } from './terminal.fixture.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

let workplace: Workplace;
let children: ChildProcess[];
beforeEach(() => {
  workplace = makeWorkplace();
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  workplace.remove();
});

interface Started {
  child: ChildProcess;
  /** Lines of standard output up to the one that says ready. */
  lines: string[];
  url: string;
}

/** Starts the program on a free port and waits until it is ready. */
async function start(...args: string[]): Promise<Started> {
  const child = spawn(process.execPath, [main, 'start', '--port', '0', ...args], {
    cwd: workplace.folder,
    env: { ...process.env, XDG_STATE_HOME: workplace.path('state'), OSTIARY_MASTER_KEY: masterKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ostiary ready')) break;
  }
  child.stdout.resume();
  const listening = lines.find((line) => line.includes('"listening"')) ?? '{}';
  const { port } = JSON.parse(listening) as { port: number };
  return { child, lines, url: `http://localhost:${port}` };
}

const masterKey = randomBytes(32).toString('base64url');

test('it says when it is ready, answers, and ends with 0 when told to', async () => {
  workplace.configure({});
  const { child, lines, url } = await start();
  assert.equal(lines.at(-1), 'Ostiary ready on http://localhost:4000');
  const answer = await fetch(`${url}/.well-known/openid-configuration`);
  assert.equal(((await answer.json()) as { issuer: string }).issuer, 'http://localhost:4000');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('the clock can be moved in development', async () => {
  workplace.configure({});
  const { url } = await start('--development');
  const moved = await fetch(`${url}/development/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"advanceSeconds":3600}',
  });
  assert.equal(((await moved.json()) as { offsetMs: number }).offsetMs, 3_600_000);
});

test('outside development there is no clock to move, and nothing is laid over the file', async () => {
  workplace.configure({});
  const { url } = await start();
  for (const path of ['clock', 'overlay']) {
    const answer = await fetch(`${url}/development/${path}`);
    await answer.body?.cancel();
    assert.equal(answer.status, 404);
  }
});

test('a theme with an unknown design token is told as a problem, not as a fault of the program', async () => {
  workplace.configure({ theme: { productName: 'Shop', cssTokens: JSON.parse('{"acent":"#123456"}') } });
  const { code, err } = await workplace.run(['start'], { env: { OSTIARY_MASTER_KEY: masterKey } });
  assert.equal(code, 1);
  assert.match(err, /^ostiary: theme\.cssTokens: there is no token "acent"; the tokens are .*accent/);
});

test('several workers are for PostgreSQL, and not for development', async () => {
  const env = { OSTIARY_MASTER_KEY: masterKey };
  workplace.configure({});
  const onSqlite = await workplace.run(['start', '--workers', '2'], { env });
  assert.equal(onSqlite.code, 2);
  assert.match(onSqlite.err, /^ostiary: --workers needs PostgreSQL: a SQLite file has one writer/);
  const inDevelopment = await workplace.run(['start', '--workers', '2', '--development'], { env });
  assert.match(inDevelopment.err, /^ostiary: --workers does not go with --development/);
});
