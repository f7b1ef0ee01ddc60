import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, callback, verifier, type TestBrowser } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { eventsIn } from './database-file.ts';

/** What an older database file, copied back by hand, does to tokens (decisions/0009). */
describe('a database that went back in time behind the back of the program', () => {
  let issuer: IssuerProgram;
  let browser: TestBrowser;
  let resting: string;
  let rotated: string[];
  let revoked: string;
  before(async () => {
    issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier }));
    browser = networkBrowser(issuer.issuer);
    const family = async () => tokenOf(await post(issuer, codeForm((await browser.authorize()).get('code') ?? '')));
    [resting, revoked] = [await family(), await family()];
    const first = await family();
    await issuer.end('SIGTERM');
    copyFileSync(issuer.database, `${issuer.database}.older`);
    await issuer.start();
    rotated = [first];
    for (let each = 0; each < 2; each += 1) rotated.push(tokenOf(await refresh(issuer, rotated.at(-1))));
    await fetch(`${issuer.issuer}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: revoked, client_id: 'lab-spa' }),
    });
    assert.equal((await refresh(issuer, revoked)).status, 400);
    await issuer.end('SIGTERM');
    for (const ending of ['-wal', '-shm']) rmSync(issuer.database + ending, { force: true });
    copyFileSync(`${issuer.database}.older`, issuer.database);
    await issuer.start();
  });
  after(() => issuer.close());

  it('answers 503 to a token that is ahead of its family, each time, with an alarm and no talk of theft', async () => {
    for (let tries = 1; tries <= 2; tries += 1) {
      const { status, body, retryAfter } = await refresh(issuer, rotated.at(-1));
      assert.deepEqual([status, body['error'], body['error_cause']], [503, 'temporarily_unavailable', 'history_lost']);
      assert.match(retryAfter ?? '', /^[1-9][0-9]*$/);
      assert.equal(eventsIn(issuer.database, 'alarm', 'history_lost'), tries);
      assert.equal(eventsIn(issuer.database, 'family_ended', 'reuse_detected'), 0);
    }
    assert.match(issuer.process().output(), /"level":"error".*"cause":"history_lost".*"event":"alarm"/);
  });

  it('goes on for those who missed nothing', async () => {
    const answer = await refresh(issuer, resting);
    assert.equal(answer.status, 200);
    resting = tokenOf(answer);
  });

  it('cannot know what ended meanwhile: that is what the epoch is for', async () => {
    const answer = await refresh(issuer, revoked);
    assert.equal(answer.status, 200, 'a revoked family lives again until the epoch is raised');
    revoked = tokenOf(answer);
  });

  it('does nothing without --yes, and says what it would do', async () => {
    const { code, output } = await issuer.command('epoch', 'raise');
    assert.deepEqual([code, /everybody signs in anew/.test(output)], [2, true], output);
    assert.equal((await refresh(issuer, resting)).status, 200);
  });

  it('is ended by "epoch raise", beside the running server and at once', async () => {
    const { code, output } = await issuer.command('epoch', 'raise', '--yes');
    assert.equal(code, 0, output);
    assert.match(output, /ended: 1 session, 3 sign-ins of apps/);
    for (const token of [resting, revoked, ...rotated]) {
      const { status, body } = await refresh(issuer, token);
      assert.deepEqual([status, body['error']], [400, 'invalid_grant']);
    }
    const page = await browser.open(`/authorize?${authorizeParameters().toString()}`);
    assert.ok(page.html.includes('name="password"'));
  });

  it('is good again for everybody who signs in now, before and after the server has read the new epoch', async () => {
    const code = (await networkBrowser(issuer.issuer).authorize()).get('code') ?? '';
    const token = tokenOf(await post(issuer, codeForm(code)));
    await issuer.advance(11);
    // The first makes the server read the epoch; the second comes when that is done.
    for (let each = 0; each < 2; each += 1) await (await fetch(`${issuer.issuer}/jwks`)).json();
    const later = await refresh(issuer, token);
    assert.equal(later.status, 200, JSON.stringify(later.body));
    await issuer.end('SIGTERM');
    await issuer.start();
    assert.equal((await refresh(issuer, tokenOf(later))).status, 200);
  });
});

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
  retryAfter: string | null;
}

function tokenOf({ status, body }: TokenAnswer): string {
  assert.equal(status, 200, JSON.stringify(body));
  return String(body['refresh_token']);
}

function codeForm(code: string): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
}

function refresh(issuer: IssuerProgram, token: string | undefined): Promise<TokenAnswer> {
  return post(issuer, { grant_type: 'refresh_token', refresh_token: token ?? '' });
}

async function post({ issuer }: IssuerProgram, fields: Record<string, string>): Promise<TokenAnswer> {
  const body = new URLSearchParams({ client_id: 'lab-spa', ...fields });
  const response = await fetch(`${issuer}/token`, { method: 'POST', body });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    retryAfter: response.headers.get('retry-after'),
  };
}
