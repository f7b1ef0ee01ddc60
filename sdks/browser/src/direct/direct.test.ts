import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { SessionError } from '../session-error.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import { createDirectClient } from './direct.ts';
import type { DirectClient, DirectOptions } from './direct.ts';

const minute = 60_000;
const urls = { signInUrl: 'https://app.example/api/sign-in', refreshUrl: 'https://app.example/api/refresh' };
const form = { username: 'ada@example.com', password: 'ada-demo-password' };

/** A back end of the app's own: access tokens and sessions of 15 minutes, both moved by a renewal. */
class OwnBackEnd {
  clock!: VirtualBrowser;
  keepsRefreshTokens = false;
  never = false;
  isOver = false;
  /** Said in place of an answer. */
  instead: (() => Response) | undefined;
  readonly seen: Record<string, unknown>[] = [];
  #count = 0;

  readonly serve = async (request: Request): Promise<Response> => {
    const told = (await request.json()) as Record<string, unknown>;
    this.seen.push(told);
    if (this.instead !== undefined) return this.instead();
    const { pathname } = new URL(request.url);
    if (pathname === '/api/sign-in' && told['password'] !== form.password)
      return this.#json({ error: 'access_denied' }, 400);
    if (pathname === '/api/refresh' && this.isOver) return this.#json({ error: 'invalid' }, 400);
    this.#count += 1;
    const endsAt = Math.floor(this.clock.nowMs / 1000) + 900;
    return this.#json({
      access_token: `access-${this.#count}`,
      access_token_expires_at: endsAt,
      ...(!this.keepsRefreshTokens && { refresh_token: `refresh-${this.#count}` }),
      refresh_token_expires_at: this.never ? 0 : endsAt,
    });
  };

  #json(body: object, status = 200): Response {
    return Response.json(body, { status, headers: { date: new Date(this.clock.nowMs).toUTCString() } });
  }
}

let backEnd: OwnBackEnd;
let browser: VirtualBrowser;
beforeEach(() => {
  backEnd = new OwnBackEnd();
  browser = new VirtualBrowser({ server: backEnd.serve });
  backEnd.clock = browser;
});

function open(options: Partial<DirectOptions> = {}): DirectClient {
  return createDirectClient({ ...urls, ...options }, browser.openTab().environment());
}

async function signedIn(options: Partial<DirectOptions> = {}): Promise<DirectClient> {
  const client = open(options);
  await client.signIn(form);
  return client;
}

const kindOf = (client: DirectClient): string => client.state.kind;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: unknown) => (fault instanceof SessionError ? [fault.code, fault.error] : fault),
  );

describe('signing in at a back end of the app itself', () => {
  test('hands over the form and the device, and gives tokens by the same verbs', async () => {
    const client = await signedIn({ deviceName: 'Ada\u2019s laptop' });
    assert.equal(client.isSignedIn, true);
    assert.equal(await client.getAccessToken(), 'access-1');
    const device = { device_id: client.deviceId, device_name: 'Ada\u2019s laptop' };
    assert.deepEqual(backEnd.seen, [{ ...form, ...device }]);
  });

  test('a wrong password is told apart from a server that cannot answer', async () => {
    const client = open();
    assert.deepEqual(await codeOf(client.signIn({ ...form, password: 'x' })), ['bad_response', 'access_denied']);
    backEnd.instead = () => new Response('<h1>502</h1>', { status: 502 });
    assert.deepEqual(await codeOf(client.signIn(form)), ['try_later', undefined]);
    assert.equal(client.isSignedIn, false);
  });

  test('this browser stays the device that it was', async () => {
    const first = await signedIn();
    assert.equal((await signedIn()).deviceId, first.deviceId);
    assert.notEqual((await signedIn({ name: 'other' })).deviceId, first.deviceId);
  });
});

describe('as the end comes near', () => {
  test('in stealth the session is renewed between half and the end of its life', async () => {
    const client = await signedIn();
    await browser.advance(7 * minute);
    assert.equal(backEnd.seen.length, 1);
    await browser.advance(7.5 * minute);
    assert.equal(backEnd.seen.length, 2);
    assert.equal(backEnd.seen[1]?.['refresh_token'], 'refresh-1');
    await browser.advance(60 * minute);
    assert.equal(kindOf(client), 'active');
  });

  test('with a dialog it is told at 10 of 15 minutes, and extended when the user says so', async () => {
    const client = await signedIn({ renew: 'onUse', warnSeconds: 300 });
    const told: string[] = [];
    client.onState(({ kind }) => told.push(kind));
    await browser.advance(10 * minute - 2000);
    assert.equal(kindOf(client), 'active');
    await browser.advance(4000);
    assert.equal(kindOf(client), 'expiring');
    await client.extend();
    assert.equal(kindOf(client), 'active');
    await browser.advance(9 * minute);
    assert.equal(kindOf(client), 'active');
  });

  test('an unanswered dialog ends in "expired"', async () => {
    const client = await signedIn({ renew: 'onUse', warnSeconds: 300 });
    backEnd.isOver = true;
    await browser.advance(16 * minute);
    assert.deepEqual(client.state.kind === 'ended' && client.state.reason.code, 'expired');
  });

  test('0 is never: nothing is near its end', async () => {
    backEnd.never = true;
    const client = await signedIn({ renew: 'onUse', warnSeconds: 300 });
    await browser.advance(14 * minute);
    assert.equal(kindOf(client), 'active');
  });
});

describe('only a true "invalid" ends the session', () => {
  const answers: [string, () => Response][] = [
    ['a page of a proxy', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['too many requests', () => Response.json({ error: 'slow_down' }, { status: 429 })],
    ['half an answer', () => new Response('{"access_token":"acc')],
    ['a fault of the back end', () => Response.json({ error: 'invalid_client' }, { status: 401 })],
  ];
  for (const [what, instead] of answers) {
    test(`not ${what}`, async () => {
      const client = await signedIn();
      backEnd.instead = instead;
      await browser.advance(20 * minute);
      assert.equal(client.isSignedIn, true);
      backEnd.instead = undefined;
      await browser.advance(15 * minute);
      assert.equal(client.isSignedIn, true);
    });
  }

  for (const body of [{ error: 'invalid' }, { error: 'invalid_grant' }, { error: 'other', result: 'invalid' }]) {
    test(`but ${JSON.stringify(body)}`, async () => {
      const client = await signedIn();
      backEnd.instead = () => Response.json(body, { status: 400 });
      await codeOf(client.extend());
      assert.equal(kindOf(client), 'ended');
    });
  }

  test('a lost answer is asked for again by the same name', async () => {
    const client = await signedIn();
    let isFirst = true;
    browser.fault = () => {
      const fault = isFirst ? ({ kind: 'dropAnswer' } as const) : undefined;
      isFirst = false;
      return fault;
    };
    const extended = client.extend();
    await browser.advance(2 * minute);
    await extended;
    const [, lost, again] = backEnd.seen;
    assert.ok(lost?.['attempt'] !== undefined);
    assert.equal(again?.['attempt'], lost['attempt']);
    assert.equal(kindOf(client), 'active');
  });
});

describe('a back end that keeps the refresh token itself', () => {
  test('is sent none, and the page renews all the same', async () => {
    backEnd.keepsRefreshTokens = true;
    const client = await signedIn({ signOutUrl: 'https://app.example/api/sign-out' });
    await client.extend();
    assert.equal(await client.getAccessToken(), 'access-2');
    await client.signOut();
    assert.deepEqual(
      backEnd.seen.map((told) => told['refresh_token']),
      [undefined, undefined, undefined],
    );
    assert.equal(client.isSignedIn, false);
  });
});
