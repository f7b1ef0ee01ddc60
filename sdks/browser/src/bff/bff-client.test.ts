import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SessionState } from '@ostiary/session';
import type { Environment } from '../environment.ts';
import { createBffClient } from './bff-client.ts';

/** A page, its backend, and a clock that is moved by hand. */
function openPage(warnSeconds = 120) {
  let nowMs = 0;
  let timer: { atMs: number; callBack: () => void } | undefined;
  const seen: SessionState[] = [];
  const asked: string[] = [];
  const left: string[] = [];
  let wake = () => {};
  const backend = {
    answer: (): Response => Response.json({ error: 'sign_in_required' }, { status: 401 }),
    endsAtMs: 0,
    signedIn() {
      backend.answer = () =>
        Response.json({
          claims: { sub: 'ada' },
          session_expires_in: Math.max(0, (backend.endsAtMs - nowMs) / 1000),
          session_can_extend: true,
        });
    },
  };
  const environment = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    draw: () => 0.5,
    isOnline: () => true,
    channel: () => undefined,
    location: {
      href: () => 'https://app.example/reports',
      assign: (url: string) => void left.push(url),
      replace: () => {},
    },
    onWake: (callBack: () => void) => {
      wake = callBack;
      return () => {};
    },
    setTimer: (ms: number, callBack: () => void) => {
      const set = { atMs: nowMs + ms, callBack };
      timer = set;
      return () => void (timer === set && (timer = undefined));
    },
    fetch: async (input: string | Request, init?: RequestInit) => {
      const request = new Request(
        new URL(typeof input === 'string' ? input : input.url, 'https://app.example'),
        init ?? (input as Request),
      );
      asked.push(
        `${request.method} ${new URL(request.url).pathname}${new URL(request.url).search} ${request.headers.get('x-csrf')}`,
      );
      return backend.answer();
    },
  } as unknown as Environment;
  const client = createBffClient({ warnSeconds }, environment);
  client.onState((state) => seen.push(state));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    client,
    backend,
    seen,
    asked,
    left,
    wake: async () => (wake(), settled()),
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      while (timer !== undefined && timer.atMs <= untilMs) {
        nowMs = timer.atMs;
        const { callBack } = timer;
        timer = undefined;
        callBack();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

describe('a page with a backend', () => {
  it('knows nobody until it asked, then the user; every call says that it is the page', async () => {
    const { client, backend, asked } = openPage();
    assert.equal(await client.load(), undefined);
    assert.equal(client.isSignedIn, false);
    backend.endsAtMs = 3_600_000;
    backend.signedIn();
    assert.equal((await client.load())?.sub, 'ada');
    assert.equal(client.isSignedIn, true);
    assert.deepEqual(asked, ['GET /bff/user?slide=false 1', 'GET /bff/user?slide=false 1']);
  });

  it('announces the end of the session, and is extended', async () => {
    const { client, backend, seen, pass } = openPage();
    backend.endsAtMs = 900_000;
    backend.signedIn();
    await client.load();
    await pass(800_000);
    assert.deepEqual(seen.at(-1), { kind: 'expiring', secondsLeft: 120, canExtend: true });
    backend.endsAtMs = 1_700_000;
    await client.extend();
    assert.deepEqual(client.state, { kind: 'active' });
  });

  it('notices the end by itself, and says that its time was over', async () => {
    const { client, backend, seen, pass } = openPage();
    backend.endsAtMs = 900_000;
    backend.signedIn();
    await client.load();
    backend.answer = () => Response.json({ error: 'session_ended' }, { status: 401 });
    await pass(902_000);
    assert.deepEqual(seen.at(-1), { kind: 'ended', reason: { code: 'expired', error: { code: 'session_ended' } } });
    assert.equal(client.user, undefined);
  });

  it('looks after a refused call, and says why the session ended', async () => {
    const { client, backend, seen } = openPage();
    backend.endsAtMs = 900_000;
    backend.signedIn();
    await client.load();
    backend.answer = () => Response.json({ error: 'session_ended', error_cause: 'invalid_grant' }, { status: 401 });
    assert.equal((await client.fetch('https://app.example/bff/api/a')).status, 401);
    assert.deepEqual(seen.at(-1), { kind: 'ended', reason: { code: 'grantEnded', error: { code: 'invalid_grant' } } });
  });

  it('is signed out by no trouble of the moment, and looks again when the page wakes', async () => {
    const { client, backend, wake } = openPage();
    backend.endsAtMs = 900_000;
    backend.signedIn();
    await client.load();
    backend.answer = () => new Response(null, { status: 503 });
    await assert.rejects(client.load(), { code: 'try_later' });
    assert.equal(client.isSignedIn, true);
    assert.equal(client.state.kind, 'degraded');
    backend.signedIn();
    await wake();
    assert.equal(client.state.kind, 'active');
  });

  it('leaves for the login with the way back, and after a sign-out for where the backend says', async () => {
    const { client, backend, left } = openPage();
    await client.signIn();
    backend.answer = () => Response.json({ location: 'https://id.example/logout' });
    await client.signOut();
    assert.deepEqual(left, ['/bff/login?returnTo=https%3A%2F%2Fapp.example%2Freports', 'https://id.example/logout']);
    assert.deepEqual(client.state, { kind: 'signedOut', reason: 'signedOut' });
  });
});
