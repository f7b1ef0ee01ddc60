import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { HandedTokens } from '@ostiary/worker';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { serveOnLoopback, type LoopbackServer } from '../support/loopback-server.ts';
import { browserAt, redirectSnippets, signInAt, startExampleIssuer } from './served-snippets.ts';
import type * as HandOver from './snippets/worker-hand-over.ts';
import type * as Jobs from './snippets/worker.ts';
import type * as WebApp from './snippets/web-app.ts';

let program: IssuerProgram;
let server: LoopbackServer;
let folder: string;
let webApp: typeof WebApp;
let jobs: typeof Jobs;
let sides: typeof HandOver;
/** What the API says to the next calls; afterwards it lets everybody in. */
const refusals: number[] = [];

before(async () => {
  process.env['GRANT_KEY'] = Buffer.alloc(32, 4).toString('base64');
  process.env['HAND_OVER_KEY'] = Buffer.alloc(32, 5).toString('base64');
  folder = await mkdtemp(join(tmpdir(), 'ostiary-worker-'));
  program = await startExampleIssuer();
  server = await serveOnLoopback((request) => {
    if (new URL(request.url).pathname === '/grants') return sides.grantsHandler(jobs.worker)(request);
    return Response.json({ reports: ['one', 'two'] }, { status: refusals.pop() ?? 200 });
  });
  redirectSnippets({
    'http://localhost:4000': program.issuer,
    'https://api.example.com/reports': `${server.origin}/reports`,
    'https://worker.example.com': server.origin,
    'grants.db': join(folder, 'grants.db'),
  });
  [webApp, jobs, sides] = await Promise.all([
    import('./snippets/web-app.ts'),
    import('./snippets/worker.ts'),
    import('./snippets/worker-hand-over.ts'),
  ]);
});
after(async () => {
  await jobs.worker.stop();
  await Promise.all([server.close(), program.close()]);
  await rm(folder, { recursive: true });
});

async function signedIn(): Promise<HandedTokens> {
  const { url, pending } = await webApp.startSignIn();
  const session = await webApp.finishSignIn(await signInAt(browserAt(program.issuer), url), pending);
  const { accessToken, refreshToken, expiresAtMs } = session;
  return { access_token: accessToken, refresh_token: refreshToken, expires_at: expiresAtMs / 1000 };
}

describe('jobs for people who are away', () => {
  test('call the API with a token that lives, and once more when the API refuses it', async () => {
    const id = await jobs.startJob(await signedIn());
    assert.equal(await jobs.countReports(id), 2);
    refusals.push(401);
    assert.equal(await jobs.countReports(id), 2);
    assert.equal(await jobs.stateOfJob(id), 'running');
  });

  test('are handed over to another process', async () => {
    const id = await sides.handOver(await signedIn());
    assert.equal(await jobs.countReports(id), 2);
  });

  test('are revoked when they are stopped', async () => {
    const tokens = await signedIn();
    const id = await jobs.startJob(tokens);
    await jobs.stopJob(id);
    assert.equal(await jobs.stateOfJob(id), 'gone');
    const again = await jobs.startJob({ ...tokens, access_token: undefined });
    await assert.rejects(jobs.countReports(again), /ended: revoked_by_client/);
  });

  test('end with a cause that the user is told, and go on when they connect again', async () => {
    const id = await jobs.startJob(await signedIn());
    const told = Promise.withResolvers<string>();
    const stop = jobs.tellTheUser((_grant, words) => told.resolve(words));
    await program.command('user', 'disable', '--username', 'ada@example.com');
    refusals.push(401);
    await assert.rejects(jobs.countReports(id), /user_disabled/);
    assert.equal(await told.promise, 'Your job stopped: user_disabled');
    stop();
    assert.equal(await jobs.stateOfJob(id), 'connect again: user_disabled');
    await program.command('user', 'enable', '--username', 'ada@example.com');
    await jobs.reconnectJob(id, await signedIn());
    assert.equal(await jobs.countReports(id), 2);
  });
});
