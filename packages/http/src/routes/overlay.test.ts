import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { DevelopmentOverlay, OverlayChange } from '../context.ts';
import { createHandler } from '../handler.ts';
import type { Handler } from '../handler.ts';
import { api, labApi, openIssuer } from '../issuer.fixture.ts';
import type { TestIssuer } from '../issuer.fixture.ts';

let issuer: TestIssuer;
let handler: Handler;
let clocked: Handler;
const asked: OverlayChange[] = [];
const overlay: DevelopmentOverlay = {
  async change(change) {
    asked.push(change);
    const { settings } = issuer.service;
    if (change.name === 'wrong') return { ok: false, problems: ['one: is wrong', 'two: is wrong'] };
    return { ok: true, settings: { ...settings, apis: [labApi({ accessTokenSeconds: 10 })] } };
  },
};

before(async () => {
  issuer = await openIssuer();
  handler = createHandler({ service: issuer.service, overlay });
  const testClock = { now: () => 0, offsetMs: () => 0, advance: () => undefined };
  clocked = createHandler({ service: issuer.service, overlay, testClock });
});
after(() => issuer.close());
beforeEach(() => asked.splice(0));

const json = { 'content-type': 'application/json' };

function send(body: string, headers: Record<string, string> = json, to = handler): Promise<Response> {
  const request = new Request('http://localhost:4000/development/overlay', { method: 'POST', body, headers });
  return to(request, { address: '127.0.0.1', isTls: false });
}

async function descriptionOf(response: Response): Promise<string> {
  assert.equal(response.status, 400);
  const { error, error_description } = (await response.json()) as Record<string, string>;
  assert.equal(error, 'invalid_request');
  return error_description ?? '';
}

test('a change is passed on by name and fields, and answered by what is in force then', async () => {
  const response = await send(JSON.stringify({ api: { identifier: api, accessTokenSeconds: 10 } }));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const { apis } = (await response.json()) as { apis: { accessTokenSeconds: number }[] };
  assert.equal(apis[0]?.accessTokenSeconds, 10);
  await send(JSON.stringify({ client: { client_id: 'lab-spa', apis: {} } }));
  assert.deepEqual(asked, [
    { list: 'apis', name: api, fields: { accessTokenSeconds: 10 } },
    { list: 'clients', name: 'lab-spa', fields: { apis: {} } },
  ]);
});

test('every problem is told', async () => {
  const response = await send(JSON.stringify({ client: { client_id: 'wrong' } }));
  assert.equal(await descriptionOf(response), 'one: is wrong; two: is wrong');
});

test('what a form of another site can send changes nothing', async () => {
  const body = JSON.stringify({ user: { username: 'ada@example.com', isDisabled: true } });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    await descriptionOf(await send(body, { 'content-type': type }));
  const response = await handler(new Request('http://localhost:4000/development/overlay'), {
    address: '127.0.0.1',
    isTls: false,
  });
  const { users } = (await response.json()) as { users: { isDisabled: boolean }[] };
  assert.deepEqual(
    users.map(({ isDisabled }) => isDisabled),
    [false, false],
  );
});

test('a page whose own name was made to mean this machine changes nothing and reads nothing (DNS rebinding)', async () => {
  for (const path of ['/development/overlay', '/development/clock']) {
    for (const init of [{}, { method: 'POST', body: '{}', headers: json }]) {
      const request = new Request(`http://rebound.example:4000${path}`, init);
      const response = await clocked(request, { address: '127.0.0.1', isTls: false });
      assert.equal(response.status, 403);
    }
  }
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    const request = new Request(`http://${host}:4000/development/clock`);
    assert.equal((await clocked(request, { address: '127.0.0.1', isTls: false })).status, 200);
  }
});

test('what is no change is refused and asked of nobody', async () => {
  const wrong: [body: unknown, description: RegExp][] = [
    [null, /^send JSON with one of/],
    [[], /^send JSON with one of/],
    [{}, /^send JSON with one of/],
    [{ house: {} }, /^send JSON with one of/],
    [{ api: 'x' }, /^send JSON with one of/],
    [{ api: { identifier: api }, client: { client_id: 'lab-spa' } }, /^send JSON with one of/],
    [{ api: { accessTokenSeconds: 1 } }, /^api\.identifier: missing/],
    [
      { api: { identifier: api, accessTokenAlg: 'RS256' } },
      /^api\.accessTokenAlg: not to be changed here; .*allowOfflineAccess$/,
    ],
    [{ client: { client_id: 'lab-spa', redirect_uris: [] } }, /^client\.redirect_uris: not to be changed here/],
    [{ user: { username: 'ada@example.com', isDisabled: 'yes' } }, /^user\.isDisabled: must be true or false$/],
    [{ user: { username: 'eve', isDisabled: true } }, /^user\.username: there is no user "eve"$/],
  ];
  for (const [body, description] of wrong)
    assert.match(await descriptionOf(await send(JSON.stringify(body))), description);
  assert.match(await descriptionOf(await send('{')), /^send JSON/);
  assert.deepEqual(asked, []);
});

test('outside development it does not exist, whatever the host gives', async () => {
  const service = { ...issuer.service, settings: { ...issuer.service.settings, isDevelopment: false } };
  const response = await send('{}', json, createHandler({ service, overlay }));
  assert.equal(response.status, 404);
});
