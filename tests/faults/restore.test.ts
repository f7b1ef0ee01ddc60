import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, basic, callback, verifier, type TestBrowser } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { integrityOf, valueIn } from './database-file.ts';

describe('a restore of a backup, by the program', () => {
  let issuer: IssuerProgram;
  let ada: TestBrowser;
  let backup: string;
  let born: Tokens;
  let pendingCode: string;
  let kids: string[];
  const refreshTokens: string[] = [];
  let between: Tokens;
  before(async () => {
    issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier }));
    backup = join(dirname(issuer.database), '..', 'backup.db');
    ada = networkBrowser(issuer.issuer);
    born = await redeem(issuer, await codeOf(ada, 'ada'));
    pendingCode = await codeOf(ada, 'ada');
    const renewed = await refresh(issuer, born.refresh_token);
    kids = await kidsOf(issuer);
    assert.equal((await issuer.command('backup', '--to', backup)).code, 0);
    const later = await refresh(issuer, String(renewed.body['refresh_token']));
    refreshTokens.push(born.refresh_token, String(renewed.body['refresh_token']), String(later.body['refresh_token']));
    refreshTokens.push((await redeem(issuer, pendingCode)).refresh_token);
    assert.equal((await issuer.command('user', 'disable', '--username', 'bob@example.com')).code, 0);
  });
  after(() => issuer.close());

  it('is refused while a server runs on the database', async () => {
    const { code, output } = await issuer.command('restore', '--from', backup);
    assert.deepEqual([code, /in use: stop the server first/.test(output)], [1, true], output);
    assert.equal((await refresh(issuer, refreshTokens[2])).status, 200);
  });

  it('works after kill -9, keeps the old database, and says what it carried over', async () => {
    await issuer.end('SIGKILL');
    const { code, output } = await issuer.command('restore', '--from', backup);
    assert.equal(code, 0, output);
    assert.match(output, /^ended: 1 session, 1 sign-in of apps; no refresh token or code from before works/m);
    assert.match(output, /^carried over from it: 1 disabled user, 1 user signed out everywhere, \d+ audit events$/m);
    const [kept = '', ...others] = keptBeside(issuer);
    assert.deepEqual(others, []);
    assert.equal(integrityOf(join(dirname(issuer.database), kept)), 'ok');
    assert.equal(statSync(issuer.database).mode & 0o777, 0o600);
    await issuer.start();
  });

  it('leaves no refresh token, code or session from before', async () => {
    for (const token of refreshTokens) {
      const { status, body } = await refresh(issuer, token);
      assert.deepEqual([status, body['error']], [400, 'invalid_grant']);
    }
    const { status, body } = await postToken(issuer, codeForm(pendingCode));
    assert.deepEqual([status, body['error']], [400, 'invalid_grant']);
    const page = await ada.open(`/authorize?${authorizeParameters().toString()}`);
    assert.ok(page.html.includes('name="password"'), 'the session cookie should be worth nothing');
  });

  it('makes userinfo and introspection refuse access tokens from before', async () => {
    const headers = { authorization: `Bearer ${born.access_token}` };
    assert.equal((await fetch(`${issuer.issuer}/userinfo`, { headers })).status, 401);
    assert.deepEqual(await introspect(issuer, born.access_token), { active: false });
  });

  it('keeps the keys, so that an API still knows tokens from before until they expire', async () => {
    assert.deepEqual(await kidsOf(issuer), kids);
  });

  it('lets everybody sign in again who may, and tells them why they had to', async () => {
    ada = networkBrowser(issuer.issuer);
    between = await redeem(issuer, await codeOf(ada, 'ada'));
    assert.equal((await refresh(issuer, between.refresh_token)).status, 200);
    assert.match((await ada.open('/account')).html, /The service was restored from an older copy\./);
    const bob = await networkBrowser(issuer.issuer).follow(`/authorize?${authorizeParameters().toString()}`, 'bob');
    assert.ok(bob.html.includes('name="password"'), 'bob was disabled after the backup was made');
  });

  it('done again with the same backup, ends what was born in between', async () => {
    const epoch = valueIn(issuer.database, 'restore_epoch');
    await issuer.end('SIGTERM');
    assert.equal((await issuer.command('restore', '--from', backup)).code, 0);
    assert.ok(valueIn(issuer.database, 'restore_epoch') > epoch);
    await issuer.start();
    assert.equal((await refresh(issuer, between.refresh_token)).status, 400);
    assert.equal(keptBeside(issuer).length, 2);
  });

  it('is refused with a file that is no backup, and nothing changes', async () => {
    const text = join(dirname(backup), 'notes.txt');
    writeFileSync(text, 'not a database, but long enough to be read as one. '.repeat(99));
    const living = await redeem(issuer, await codeOf(networkBrowser(issuer.issuer), 'ada'));
    await issuer.end('SIGTERM');
    const { code, output } = await issuer.command('restore', '--from', text);
    assert.equal(code, 1);
    assert.match(output, /nothing was changed: .*notes\.txt is not a database of Ostiary/);
    await issuer.start();
    assert.equal((await refresh(issuer, living.refresh_token)).status, 200);
  });

  it('takes a backup of a restored database, made where the database is gone', async () => {
    const second = join(dirname(backup), 'second.db');
    assert.equal((await issuer.command('backup', '--to', second)).code, 0);
    await issuer.end('SIGKILL');
    writeFileSync(issuer.database, 'broken '.repeat(2_000));
    const { code, output } = await issuer.command('restore', '--from', second);
    assert.equal(code, 0, output);
    assert.match(
      output,
      /the database as it was cannot be read, so what happened after the backup .* is not known here/,
    );
    await issuer.start();
    const { status } = await refresh(
      issuer,
      (await redeem(issuer, await codeOf(networkBrowser(issuer.issuer), 'ada'))).refresh_token,
    );
    assert.equal(status, 200);
  });
});

interface Tokens {
  access_token: string;
  refresh_token: string;
}

async function codeOf(browser: TestBrowser, who: string): Promise<string> {
  return (await browser.authorize({}, who)).get('code') ?? '';
}

function codeForm(code: string): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
}

async function redeem(issuer: IssuerProgram, code: string): Promise<Tokens> {
  const { status, body } = await postToken(issuer, codeForm(code));
  assert.equal(status, 200, JSON.stringify(body));
  return { access_token: String(body['access_token']), refresh_token: String(body['refresh_token']) };
}

function refresh(issuer: IssuerProgram, token: string | undefined): ReturnType<typeof postToken> {
  return postToken(issuer, { grant_type: 'refresh_token', refresh_token: token ?? '' });
}

async function postToken(
  { issuer }: IssuerProgram,
  fields: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = new URLSearchParams({ client_id: 'lab-spa', ...fields });
  const response = await fetch(`${issuer}/token`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function introspect({ issuer }: IssuerProgram, token: string): Promise<unknown> {
  const body = new URLSearchParams({ token });
  return (await fetch(`${issuer}/introspect`, { method: 'POST', headers: basic(), body })).json();
}

async function kidsOf({ issuer }: IssuerProgram): Promise<string[]> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

function keptBeside({ database }: IssuerProgram): string[] {
  return readdirSync(dirname(database)).filter((name) => name.includes('.before-restore-'));
}
