import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { postgresServer, type TestDatabase } from '../support/postgres.ts';
import type { Program } from '../support/program.ts';
import { Refresher } from './refresh-load.ts';
import { makeServer, signIns, type Server } from './server.ts';

const run = promisify(execFile);

describe('two workers on PostgreSQL', () => {
  let database: TestDatabase;
  let server: Server;
  let program: Program;
  before(async () => {
    database = await (await postgresServer()).newDatabase();
    server = await makeServer({ storage: { postgres: { url: database.url } } });
    const migrated = await server.command('migrate');
    assert.equal(migrated.code, 0, migrated.output);
    program = await server.start('--workers', '2');
  });
  after(async () => {
    await server.close();
    await database.drop();
  });

  async function readiness() {
    const answer = await fetch(`${server.operations()}/ready`);
    const body = (await answer.json()) as { nodes: number; checks: { serving: { ok: boolean; detail?: string } } };
    return { status: answer.status, ...body };
  }

  async function metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${server.operations()}/metrics`)).text();
    return Number(pattern.exec(text)?.[1]);
  }

  const listening = () =>
    program
      .output()
      .split('\n')
      .filter((line) => line.includes('"listening"')).length;

  it('are ready together, as two nodes that know of each other', async () => {
    await until(async () => (await readiness()).nodes === 2);
    assert.equal((await readiness()).status, 200);
    assert.equal(listening(), 2);
  });

  it('serve one person both, and their numbers are one', async () => {
    const [token = ''] = await signIns(server.issuer, 1);
    const client = new Refresher(server.issuer, token);
    const running = client.run();
    await until(async () => client.acknowledged() >= 10);
    assert.ok((await metric(/^ostiary_refreshes_total\{verdict="rotate"\} (\d+)$/m)) >= 10);
    client.stop();
    await running;
  });

  it('are replaced when one crashes, and the other goes on', async () => {
    const victim = (await workerPids(program.pid))[0] ?? 0;
    process.kill(victim, 'SIGKILL');
    // A connection that was in its hands is gone with it; from here on there are none.
    await until(async () => /"signal":"SIGKILL".*"worker_ended"/.test(program.output()));
    for (let asked = 0; asked < 20; asked += 1) {
      const answer = await fetch(`${server.issuer}/jwks`, { headers: { connection: 'close' } });
      await answer.body?.cancel();
      assert.equal(answer.status, 200);
    }
    await until(async () => listening() === 3);
    await until(async () => (await readiness()).status === 200);
    assert.ok(!(await workerPids(program.pid)).includes(victim));
  });

  it('take a changed configuration by one SIGHUP to the first process', async () => {
    await server.configure({
      storage: { postgres: { url: database.url } },
      session: { idleSeconds: 60 },
    });
    program.signal('SIGHUP');
    const applied = () => program.output().split('"configuration_applied"').length - 1;
    await until(async () => applied() === 2);
  });

  it('end with 0 when the first process is told to stop, and none stays behind', async () => {
    const pids = await workerPids(program.pid);
    program.signal('SIGTERM');
    await until(async () => (await readiness().catch(() => ({ status: 503 }))).status === 503);
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});

/** Processes that the first one started. */
async function workerPids(first: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([pid, parent]) => (parent === first && pid !== undefined ? [pid] : []));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < endMs, `it never came about: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
