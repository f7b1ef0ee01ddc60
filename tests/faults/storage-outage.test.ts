import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { basic, openIssuer, redeem, refresh, type TestIssuer } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { bearFamilies, type HeldFamily } from './honest-clients.ts';

describe('a store that cannot write: disk full, file system read-only', () => {
  let issuer: TestIssuer;
  let token: string;
  let outage: Outage;
  before(async () => {
    issuer = await openIssuer();
    token = await bornToken(issuer);
    outage = await outageOf(issuer, ['commit']);
  });
  after(() => issuer.close());

  it('answers 503 with Retry-After to a refresh, and nothing is spent', async () => {
    outage.begin();
    assertUnavailable(await issuer.request('/token', form({ grant_type: 'refresh_token', refresh_token: token })));
    outage.end();
    const { status, body } = await refresh(issuer, token);
    assert.equal(status, 200, JSON.stringify(body));
    token = String(body['refresh_token']);
  });

  it('answers 503 to the exchange of a code, and the code works afterwards', async () => {
    const code = (await issuer.browser().authorize()).get('code') ?? '';
    outage.begin();
    assert.equal((await redeem(issuer, code)).status, 503);
    outage.end();
    assert.equal((await redeem(issuer, code)).status, 200);
  });

  it('never says 200 to a revocation that was not written, and takes the repeat', async () => {
    const revoked = await bornToken(issuer);
    outage.begin();
    assertUnavailable(await issuer.request('/revoke', form({ token: revoked })));
    outage.end();
    assert.equal((await issuer.request('/revoke', form({ token: revoked }))).status, 200);
    assert.equal((await refresh(issuer, revoked)).body['error_cause'], 'revoked_by_client');
  });

  it('shows a page with 503 to a person who signs in, who gets in afterwards', async () => {
    const browser = issuer.browser();
    const page = await browser.open('/sign-in');
    const fields = { username: 'ada@example.com', password: 'ada-demo-password' };
    outage.begin();
    const failed = await browser.submit(page, fields);
    outage.end();
    assert.equal(failed.status, 503);
    assert.ok(failed.headers.has('retry-after'));
    assert.match((await browser.submit(page, fields)).html, /Your account/);
  });
});

describe('a store that answers nothing at all', () => {
  let issuer: TestIssuer;
  let token: string;
  let accessToken: string;
  let cookies: string;
  let outage: Outage;
  before(async () => {
    issuer = await openIssuer();
    const browser = issuer.browser();
    const { body } = await redeem(issuer, (await browser.authorize()).get('code') ?? '');
    token = String(body['refresh_token']);
    accessToken = String(body['access_token']);
    cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    outage = await outageOf(issuer, [
      'commit',
      'families',
      'users',
      'sessions',
      'devices',
      'consents',
      'codes',
      'interactions',
      'revokedTokens',
      'revocations',
      'clients',
      'audit',
    ]);
  });
  after(() => issuer.close());

  const requests: [string, () => Promise<Response>][] = [
    ['a refresh', () => issuer.request('/token', form({ grant_type: 'refresh_token', refresh_token: token }))],
    ['a code', () => issuer.request('/token', form({ grant_type: 'authorization_code', code: 'c'.repeat(43) }))],
    ['a revocation', () => issuer.request('/revoke', form({ token }))],
    ['an introspection', () => issuer.request('/introspect', form({ token }, basic()))],
    ['the feed of revocations', () => issuer.request('/revocations', { headers: basic() })],
    ['userinfo', () => issuer.request('/userinfo', { headers: { authorization: `Bearer ${accessToken}` } })],
    ['the account page', () => issuer.request('/account', { headers: { cookie: cookies, accept: 'text/html' } })],
    ['the sign-in page of a ticket', () => issuer.request('/sign-in?ticket=t', { headers: { accept: 'text/html' } })],
    ['sign-out', () => issuer.request('/end-session', { headers: { cookie: cookies, accept: 'text/html' } })],
  ];
  for (const [name, send] of requests) {
    it(`answers 503 with Retry-After to ${name}`, async () => {
      outage.begin();
      const response = await send().finally(outage.end);
      assertUnavailable(response);
    });
  }

  it('goes on serving keys, discovery and the front door', async () => {
    outage.begin();
    const paths = ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/'];
    const answers = await Promise.all(paths.map((path) => issuer.request(path)));
    outage.end();
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
  });

  it('recovers without a restart, and nobody has lost anything', async () => {
    outage.begin();
    await refresh(issuer, token);
    outage.end();
    assert.equal((await refresh(issuer, token)).status, 200);
    assert.equal((await issuer.request('/introspect', form({ token: accessToken }, basic()))).status, 200);
  });
});

if (process.platform === 'linux') {
  describe('the real program on a file system without room', () => {
    let issuer: IssuerProgram;
    let family: HeldFamily;
    before(async () => {
      issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier }));
      [family] = (await bearFamilies(issuer.issuer, 1)) as [HeldFamily];
    });
    after(() => issuer.close());

    it('answers 503, keeps its keys up, and recovers without a restart when there is room again', async () => {
      const { pid } = issuer.process();
      const post = (path: string, fields: Record<string, string>) => fetch(issuer.issuer + path, form(fields));
      const fields = { grant_type: 'refresh_token', refresh_token: family.newest };
      limitFiles(pid, 1);
      assertUnavailable(await post('/token', fields));
      assertUnavailable(await post('/revoke', { token: family.newest }));
      assert.equal((await fetch(`${issuer.issuer}/jwks`)).status, 200);
      limitFiles(pid, 'unlimited');
      const recovered = await post('/token', fields);
      assert.equal(recovered.status, 200, await recovered.text());
      assert.deepEqual(await issuer.end('SIGTERM'), { code: 0, signal: null });
    });
  });
}

/** The largest file that a process may write, in bytes: the kernel refuses the rest, as it does on a full disk. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

interface Outage {
  begin(): void;
  end(): void;
}

/** Puts ports of a store that was closed in the place of the issuer's own: every one of their calls fails for real. */
async function outageOf({ service: { store } }: TestIssuer, ports: (keyof typeof store)[]): Promise<Outage> {
  const closed = await openSqliteStore({ path: ':memory:' });
  await closed.close();
  const pick = (from: typeof store) => Object.fromEntries(ports.map((port) => [port, from[port]]));
  const own = pick(store);
  return { begin: () => void Object.assign(store, pick(closed)), end: () => void Object.assign(store, own) };
}

async function bornToken(issuer: TestIssuer): Promise<string> {
  const { body } = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
  return String(body['refresh_token']);
}

function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  const client: Record<string, string> = 'authorization' in headers ? {} : { client_id: 'lab-spa' };
  return { method: 'POST', headers, body: new URLSearchParams({ ...client, ...fields }) };
}

function assertUnavailable(response: Response): void {
  assert.equal(response.status, 503);
  assert.match(response.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
}
