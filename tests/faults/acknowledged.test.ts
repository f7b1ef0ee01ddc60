import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callback, verifier, type TestBrowser } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { networkBrowser } from '../support/network-browser.ts';

/** The process is killed at the very moment at which the answer is here: what was said must be so afterwards. */
describe('row 88: what was acknowledged just before kill -9', () => {
  let issuer: IssuerProgram;
  before(async () => {
    issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier }));
  });
  after(() => issuer.close());

  it('a revocation: the family stays ended', async () => {
    const { refreshToken } = await born();
    assert.equal((await post('/revoke', { token: refreshToken })).status, 200);
    await killAndRestart();
    await assertRefused({ grant_type: 'refresh_token', refresh_token: refreshToken }, 'revoked_by_client');
  });

  it('the redemption of a code: its tokens work, and the code stays used', async () => {
    const { code, refreshToken } = await born();
    await killAndRestart();
    const renewed = await post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
    assert.equal(renewed.status, 200);
    const { refresh_token: newest } = (await renewed.json()) as { refresh_token: string };
    await assertRefused(exchange(code), undefined);
    // A valid replay by the right client ends the family that was born from the code.
    await assertRefused({ grant_type: 'refresh_token', refresh_token: newest }, 'code_replayed');
  });

  it('a verdict of reuse: the family stays ended', async () => {
    const { refreshToken } = await born();
    let newest = refreshToken;
    for (let round = 0; round < 3; round += 1) {
      const answer = await post('/token', { grant_type: 'refresh_token', refresh_token: newest });
      ({ refresh_token: newest } = (await answer.json()) as { refresh_token: string });
    }
    await assertRefused({ grant_type: 'refresh_token', refresh_token: refreshToken }, 'reuse_detected');
    await killAndRestart();
    await assertRefused({ grant_type: 'refresh_token', refresh_token: newest }, 'reuse_detected');
  });

  it('a sign-out: the session and its families stay ended', async () => {
    const { browser, refreshToken } = await born();
    const page = await browser.submit(await browser.open('/end-session'), { decision: 'sign_out' });
    assert.equal(page.status, 200);
    await killAndRestart();
    await assertRefused({ grant_type: 'refresh_token', refresh_token: refreshToken }, 'signed_out');
  });

  it('a sign-in: the cookie is good', async () => {
    const { browser } = await born();
    await killAndRestart();
    const answer = await browser.authorize({ prompt: 'none' });
    assert.equal(answer.get('error'), null);
    assert.ok(answer.has('code'));
  });

  async function killAndRestart(): Promise<void> {
    assert.deepEqual(await issuer.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
    await issuer.start();
  }

  async function born(): Promise<{ browser: TestBrowser; code: string; refreshToken: string }> {
    const browser = networkBrowser(issuer.issuer);
    const code = (await browser.authorize()).get('code') ?? '';
    const answer = await post('/token', exchange(code));
    assert.equal(answer.status, 200);
    const { refresh_token: refreshToken } = (await answer.json()) as { refresh_token: string };
    return { browser, code, refreshToken };
  }

  function exchange(code: string): Record<string, string> {
    return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  }

  function post(path: string, fields: Record<string, string>): Promise<Response> {
    return fetch(issuer.issuer + path, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'lab-spa', ...fields }),
    });
  }

  async function assertRefused(fields: Record<string, string>, cause: string | undefined): Promise<void> {
    const answer = await post('/token', fields);
    assert.equal(answer.status, 400);
    const body = (await answer.json()) as { error: string; error_cause?: string };
    assert.equal(body.error, 'invalid_grant');
    if (cause !== undefined) assert.equal(body.error_cause, cause);
  }
});
