import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { labWeb, webSecret } from '@ostiary/http/fixture';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';
import { AppVisitor } from '../support/web-app.ts';
import type { WebProgramNews, WebProgramOrder, WebProgramSettings } from './web-program.ts';

/** Where browsers see the app, whichever process answers. */
const origin = 'http://localhost:4002';

interface WebProcess {
  child: ChildProcess;
  address: string;
  refreshes: number;
  order(order: WebProgramOrder): Promise<void>;
  /** When it holds an answer back. */
  held: Promise<void>;
}

let server: ServedIssuer;
let folder: string;
let aheadSeconds = 0;
const processes: WebProcess[] = [];

before(async () => {
  const { refresh } = labWeb();
  server = await serveIssuer({ clients: [withSecret(labWeb({ refresh: { ...refresh, rotation: 'on' } }))] });
  folder = mkdtempSync(join(tmpdir(), 'ostiary-web-'));
});
after(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true });
});

async function startProcess(): Promise<WebProcess> {
  const file = join(folder, 'sessions.db');
  const settings: WebProgramSettings = {
    issuer: server.issuer,
    origin,
    file,
    clientId: 'lab-web',
    clientSecret: webSecret,
  };
  const child = fork(join(import.meta.dirname, 'web-program.ts'), [JSON.stringify(settings)]);
  let hold = () => {};
  const held = new Promise<void>((resolve) => (hold = resolve));
  const started = { child, address: '', refreshes: 0, held, order: (order: WebProgramOrder) => ask(child, order) };
  processes.push(started);
  await new Promise<void>((resolve, reject) => {
    child.on('exit', () => reject(new Error('the app did not start')));
    child.on('message', (news: WebProgramNews) => {
      if ('refreshed' in news) started.refreshes += 1;
      if ('held' in news) hold();
      if (!('port' in news)) return;
      started.address = `http://localhost:${news.port}`;
      resolve();
    });
  });
  await started.order({ aheadMs: aheadSeconds * 1000 });
  return started;
}

async function ask(child: ChildProcess, order: WebProgramOrder): Promise<void> {
  const done = new Promise<void>((resolve) => {
    const listener = (news: WebProgramNews) => {
      if (!('ordered' in news)) return;
      child.off('message', listener);
      resolve();
    };
    child.on('message', listener);
  });
  child.send(order);
  return done;
}

/** Time passes for the provider and for the processes of the app. */
async function pass(seconds: number, living: WebProcess[]): Promise<void> {
  server.clock.advance(seconds);
  aheadSeconds += seconds;
  await Promise.all(living.map(({ order }) => order({ aheadMs: aheadSeconds * 1000 })));
}

/** Signs in with one process; the cookies are good at all. */
async function signIn({ address }: WebProcess): Promise<AppVisitor> {
  const visitor = new AppVisitor(origin, server.browser(), address);
  assert.equal((await visitor.open('/token')).status, 200);
  return visitor;
}

const tokenAt = async (visitor: AppVisitor, { address }: WebProcess) => {
  const answer = await visitor.ask('/token', {}, visitor.cookies, address);
  return answer.status === 200 ? answer.text() : `status ${answer.status}`;
};

describe('a web app of two processes with one store', () => {
  it('refreshes once for requests at both at once, survives a process that is killed in the middle, and lost answers', async () => {
    const [one, two] = await Promise.all([startProcess(), startProcess()]);
    const visitor = await signIn(one);

    // Five requests on a token that is over, at both processes.
    await pass(3_601, [one, two]);
    const tokens = await Promise.all([one, two, one, two, one].map((each) => tokenAt(visitor, each)));
    assert.equal(new Set(tokens).size, 1);
    assert.match(tokens[0] ?? '', /^eyJ/);
    assert.equal(one.refreshes + two.refreshes, 1);

    // The first process is killed between the provider's answer and the write.
    await pass(3_601, [one, two]);
    await one.order({ trouble: ['hold'] });
    const lost = tokenAt(visitor, one).catch(() => 'killed');
    await one.held;
    one.child.kill('SIGKILL');
    assert.equal(await lost, 'killed');
    await pass(11, [two]);
    const taken = await tokenAt(visitor, two);
    assert.match(taken, /^eyJ/);

    // Answers that are lost, and a process that comes back.
    const again = await startProcess();
    await pass(3_601, [two, again]);
    await two.order({ trouble: ['lose', 'lose'] });
    const afterLoss = await tokenAt(visitor, two);
    assert.match(afterLoss, /^eyJ/);
    assert.equal(await tokenAt(visitor, again), afterLoss);
  });
});
