import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { USERS } from './configuration.ts';
import { signInEverywhere, type Endpoints, type Seeding } from './seeding.ts';

// A provider that only remembers who signed in and who consented, with the pages and redirects of a real one.
const consents = new Set<string>();
const revoked: string[] = [];
let signIns = 0;
let tokenCount = 0;

const server = createServer((request, response) => void answer(request, response));

let seeding: Seeding;
before(async () => {
  await once(server.listen(0, 'localhost'), 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const endpoints: Endpoints = {
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/revoke`,
  };
  seeding = await signInEverywhere(origin, endpoints);
});
after(() => server.close());

test('every user signs in once per browser, and consents once per client', () => {
  assert.equal(signIns, USERS.length * 2);
  assert.equal(consents.size, USERS.length * 4);
});

test('codes come silently, spread over the clients', async () => {
  const before = signIns;
  const codes = await seeding.codes(20);
  assert.equal(new Set(codes.map(({ code }) => code)).size, 20);
  assert.deepEqual(new Set(codes.map(({ clientId }) => clientId)).size, 4);
  assert.equal(signIns, before);
});

test('the first families are one per client, and are revoked when they are done with', async () => {
  const families = await seeding.firstFamilies();
  assert.equal(new Set(families.map(({ refreshToken }) => refreshToken)).size, 4);
  assert.equal(new Set(families.map(({ clientId }) => clientId)).size, 4);
  await seeding.discard(families);
  assert.deepEqual(revoked.toSorted(), families.map(({ refreshToken }) => refreshToken).toSorted());
});

test('a page where there should be none is an error', async () => {
  consents.clear();
  await assert.rejects(seeding.codes(1), /A page was shown for a silent authorization request/);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const form = new URLSearchParams(await bodyOf(request));
  if (url.pathname === '/authorize') authorize(request, response, url.searchParams);
  else if (url.pathname === '/interaction') interact(request, response, form);
  else if (url.pathname === '/token') response.end(JSON.stringify({ refresh_token: `r${++tokenCount}` }));
  else response.end(void revoked.push(form.get('token') ?? ''));
}

function authorize(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
  const user = cookieOf(request);
  const ticket = Buffer.from(query.toString()).toString('base64url');
  if (user !== undefined && consents.has(`${user} ${query.get('client_id')}`)) {
    return redirect(response, `${query.get('redirect_uri')}?code=${ticket}&state=${query.get('state')}`);
  }
  return redirect(response, `/interaction?ticket=${ticket}`);
}

function interact(request: IncomingMessage, response: ServerResponse, form: URLSearchParams): void {
  const ticket = form.get('ticket') ?? new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
  const query = new URLSearchParams(Buffer.from(ticket, 'base64url').toString());
  const user = cookieOf(request);
  if (request.method === 'GET') {
    const inputs = user === undefined ? '<input name="username"><input name="password">' : '<button name="decision">';
    response.end(
      `<form method="post" action="/interaction"><input type="hidden" name="ticket" value="${ticket}">${inputs}</form>`,
    );
    return undefined;
  }
  const signedIn = USERS.find(
    ({ username, password }) => form.get('username') === username && form.get('password') === password,
  );
  if (signedIn) {
    signIns++;
    response.setHeader('Set-Cookie', [`session=${signedIn.username}; HttpOnly; Path=/`, 'device=1; Path=/']);
  }
  if (user !== undefined && form.get('decision') === 'allow') consents.add(`${user} ${query.get('client_id')}`);
  return redirect(response, `/authorize?${query.toString()}`);
}

function cookieOf(request: IncomingMessage): string | undefined {
  return /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location }).end();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks = await request.toArray();
  return Buffer.concat(chunks as Buffer[]).toString();
}
