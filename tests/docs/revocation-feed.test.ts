import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { challenge, verifier } from '@ostiary/http/fixture';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { startIssuer } from '../support/issuer-program.ts';
import { browserAt, password, redirectSnippets, signInAt } from './served-snippets.ts';
import type * as Revocations from './snippets/revocations.ts';

const secret = 's:+%& of the reports API';
const audience = 'https://api.example.com';
const redirectUri = 'http://localhost:3001/callback';

let program: IssuerProgram;
let reader: typeof Revocations;
before(async () => {
  program = await startIssuer((issuer) => ({
    issuer,
    apis: [{ identifier: audience, name: 'Reports', scopes: { read: 'Read' }, secret, allowOfflineAccess: true }],
    clients: [{ client_id: 'app', type: 'native', redirect_uris: [redirectUri], apis: { [audience]: ['read'] } }],
    users: [{ username: 'ada@example.com', password }],
  }));
  redirectSnippets({ 'http://localhost:4000': program.issuer });
  reader = await import('./snippets/revocations.ts');
});
after(() => program.close());

async function tokens(): Promise<Record<string, string>> {
  const url = new URL(`${program.issuer}/authorize`);
  const asked = { client_id: 'app', response_type: 'code', redirect_uri: redirectUri, scope: 'offline_access read' };
  url.search = String(new URLSearchParams({ ...asked, code_challenge: challenge, code_challenge_method: 'S256' }));
  const back = await signInAt(browserAt(program.issuer), url);
  const code = back.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: 'app', redirect_uri: redirectUri, code };
  const body = new URLSearchParams({ ...form, code_verifier: verifier });
  return (await (await fetch(`${program.issuer}/token`, { method: 'POST', body })).json()) as Record<string, string>;
}

const claimsOf = (answer: Record<string, string>) => decodeJwt(answer['access_token'] ?? '');

test('the reader on the page knows nothing before it has asked', () => {
  assert.throws(() => reader.hasEnded({}), /nothing was heard/);
});

test('it refuses what was revoked, and nothing else, also when another process ended it', async () => {
  const [first, second] = [await tokens(), await tokens()];
  await reader.pull(secret);
  assert.equal(reader.hasEnded(claimsOf(first)), false);
  const body = new URLSearchParams({ client_id: 'app', token: first['refresh_token'] ?? '' });
  await fetch(`${program.issuer}/revoke`, { method: 'POST', body });
  await reader.pull(secret);
  await reader.pull(secret);
  assert.equal(reader.hasEnded(claimsOf(first)), true);
  assert.equal(reader.hasEnded(claimsOf(second)), false);
  await program.command('user', 'disable', '--username', 'ada@example.com');
  // The feed tells what another process committed within half a second.
  for (const untilMs = Date.now() + 5_000; !reader.hasEnded(claimsOf(second)) && Date.now() < untilMs;)
    await reader.pull(secret);
  assert.equal(reader.hasEnded(claimsOf(second)), true);
});

test('it goes on with another run of the server', async () => {
  await program.end('SIGTERM');
  await program.start();
  await reader.pull(secret);
  assert.equal(reader.hasEnded({ iat: 0 }), false);
});

test('it says so when its secret is wrong', async () => {
  await assert.rejects(reader.pull('wrong'), /401/);
});
