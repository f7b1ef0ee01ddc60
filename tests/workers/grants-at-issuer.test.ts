import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { authorizeParameters, basic, labApi, labWeb, openIssuer, verifier, webSecret } from '@ostiary/http/fixture';
import type { TestBrowser, TestIssuer } from '@ostiary/http/fixture';
import { disableUser } from '@ostiary/service';
import type { ApiId, ClientMetadata, PublicJwk } from '@ostiary/wire';
import { clientSecretBasic, createWorker, GrantError, memoryGrants, privateKeyJwt } from '@ostiary/worker';
import type { ClientAuthentication, GrantStore, GrantWorker, HandedTokens } from '@ostiary/worker';
import { VirtualHost } from '@ostiary/worker/fixture';
import { openSqliteGrants } from '@ostiary/worker/sqlite';
import { withSecret } from '../support/served-issuer.ts';

const api = 'https://api.lab.example' as ApiId;
const callback = 'http://localhost:4002/callback';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const same = async (token: string) => token;

/** The real issuer and machines beside it, on one virtual clock. */
interface House {
  host: VirtualHost;
  issuer: TestIssuer;
  browser: TestBrowser;
  authentication: ClientAuthentication;
  open(store?: GrantStore, machine?: Parameters<VirtualHost['environment']>[0]): GrantWorker;
}

async function openHouse(
  changes: Partial<ClientMetadata> = {},
  { accessTokenSeconds = 3600, authentication = clientSecretBasic(webSecret) } = {},
): Promise<House> {
  const host: VirtualHost = new VirtualHost((request) =>
    issuer.handler(request, { address: '127.0.0.1', isTls: false }),
  );
  const startMs = host.nowMs;
  const clock = {
    now: () => host.nowMs,
    offsetMs: () => host.nowMs - startMs,
    advance: (seconds: number) => void (host.nowMs += seconds * 1000),
  };
  const issuer = await openIssuer({
    clock,
    settings: { apis: [labApi({ accessTokenSeconds })], clients: [withSecret(labWeb(changes))] },
  });
  const open: House['open'] = (store = memoryGrants(), machine = {}) =>
    createWorker(
      {
        issuer: issuer.service.settings.issuer,
        clientId: 'lab-web',
        authentication,
        store,
        sealingKeys: [{ id: 'k1', key: Buffer.alloc(32, 3) }],
      },
      host.environment(machine),
    );
  return { host, issuer, browser: issuer.browser(), authentication, open };
}

/** Ada signs in at the web app, allows it to work while she is away, and the web app redeems the code. */
async function signIn({ host, issuer, browser, authentication }: House): Promise<HandedTokens> {
  const scope = 'openid offline_access read:reports eq1';
  const asked = authorizeParameters({ client_id: 'lab-web', redirect_uri: callback, scope });
  const { leftTo = '' } = await browser.follow(`/authorize?${asked.toString()}`);
  const code = new URL(leftTo).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  const proof = { clientId: 'lab-web', issuer: issuer.service.settings.issuer, nowMs: host.nowMs, random: randomBytes };
  const { headers = {}, fields = {} } = await authentication(proof);
  const body = new URLSearchParams({ ...form, ...fields });
  const response = await issuer.request('/token', { method: 'POST', body, headers });
  assert.equal(response.status, 200);
  return (await response.json()) as HandedTokens;
}

const scopesOf = (token: string) => {
  const { scope } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { scope: string };
  return scope.split(' ').toSorted();
};

let house: House;
let worker: GrantWorker;
let id: string;

describe('S3.4 renewal for an absent user stops, and the worker is told why', () => {
  beforeEach(async () => {
    house = await openHouse();
    worker = house.open();
    id = await worker.keep(await signIn(house));
    worker.start();
  });
  afterEach(async () => {
    await worker.stop();
    await house.issuer.close();
  });

  /** What happens within two hours, and what a job gets afterwards. */
  async function endsWith(cause: string): Promise<void> {
    const told: string[] = [];
    worker.on('needsReconnect', (event) => void told.push(event.cause));
    await house.host.advance(2 * hourMs);
    assert.deepEqual(told, [cause]);
    const grant = await worker.read(id);
    assert.ok(grant?.state.kind === 'needs_reconnect');
    assert.ok(house.host.nowMs - grant.state.atMs < 2 * hourMs);
    await assert.rejects(worker.withGrant(id, same), (fault) => fault instanceof GrantError && fault.reason === cause);
    const sent = house.host.sentTo('/token').length;
    await house.host.advance(dayMs);
    assert.equal(house.host.sentTo('/token').length, sent, 'it does not ask again');
  }

  it('the user is disabled', async () => {
    await disableUser(house.issuer.service, 'ada@example.com');
    await endsWith('user_disabled');
  });

  it('the consent is withdrawn', async () => {
    const account = await house.browser.open('/account');
    const csrf = /name="csrf" value="([^"]+)"/.exec(account.html)?.[1] ?? '';
    const body = new URLSearchParams({ csrf, confirm: 'yes', client: 'lab-web' });
    assert.equal((await house.browser.open('/account/apps/withdraw', { method: 'POST', body })).status, 200);
    await endsWith('consent_withdrawn');
  });

  it('the permission is removed', async () => {
    metadata().apis = {};
    await endsWith('permission_removed');
  });

  it('the permission is narrowed: the next token has less, and that is told', async () => {
    const lost: string[][] = [];
    worker.on('narrowed', (event) => void lost.push(event.lost));
    metadata().apis = { [api]: ['read:reports'] };
    await house.host.advance(2 * hourMs);
    assert.deepEqual(lost, [['eq1']]);
    assert.deepEqual(scopesOf(await worker.withGrant(id, same)), ['offline_access', 'openid', 'read:reports']);
    assert.equal((await worker.read(id))?.state.kind, 'active');
  });

  it('not because the user signs out: that is what offline access is for', async () => {
    await house.browser.submit(await house.browser.open('/end-session'), { decision: 'sign_out' });
    await house.host.advance(dayMs);
    assert.match(await worker.withGrant(id, same), /^eyJ/);
  });

  it('and goes on when Ada connects again', async () => {
    metadata().apis = {};
    await house.host.advance(2 * hourMs);
    metadata().apis = { [api]: ['read:reports', 'eq1'] };
    await worker.keep(await signIn(house), { id });
    assert.deepEqual(scopesOf(await worker.withGrant(id, same)), ['eq1', 'offline_access', 'openid', 'read:reports']);
    await house.host.advance(dayMs);
    assert.equal((await worker.read(id))?.state.kind, 'active');
  });

  it('when the grant is forgotten, at the server too', async () => {
    const tokens = await signIn(house);
    const other = await worker.keep(tokens);
    await worker.forget(other);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const answer = await house.issuer.request('/token', {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: basic(),
    });
    const { error_cause } = (await answer.json()) as { error_cause?: string };
    assert.equal(error_cause, 'revoked_by_client');
  });
});

function metadata(): ClientMetadata {
  const registered = house.issuer.service.clients.get('lab-web');
  assert.ok(registered);
  return registered.metadata;
}

it('a client that signs its assertions renews and revokes as well', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const key = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: 'c1', alg: 'ES256', use: 'sig' };
  const authentication = privateKeyJwt(pair.privateKey, { kid: 'c1' });
  const jwks = { keys: [key as PublicJwk] };
  house = await openHouse({ token_endpoint_auth_method: 'private_key_jwt', jwks }, { authentication });
  worker = house.open();
  id = await worker.keep(await signIn(house));
  worker.start();
  await house.host.advance(3 * hourMs);
  assert.match(await worker.withGrant(id, same), /^eyJ/);
  const assertions = house.host.sentTo('/token').map(({ form }) => form.get('client_assertion'));
  assert.ok(assertions.length >= 3 && new Set(assertions).size === assertions.length);
  await worker.forget(id);
  assert.equal(await worker.read(id), undefined);
  await worker.stop();
  await house.issuer.close();
});

describe('S3.3 a service that works for weeks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-weeks-'));
  after(() => rm(folder, { recursive: true }));

  for (const rotation of ['on', 'off'] as const)
    it(`is restarted, killed, and left without answers, with rotation ${rotation}, and keeps its grant`, async () => {
      house = await openHouse({ refresh: { ...labWeb().refresh, rotation } }, { accessTokenSeconds: 3 * 3600 });
      const path = join(folder, `${rotation}.db`);
      let draws = 0;
      house.host.fault = ({ url }) => {
        const isLost = url.endsWith('/token') && (draws = (draws * 7 + 3) % 11) < 3;
        return isLost ? { kind: draws === 1 ? 'refuse' : 'dropAnswer' } : undefined;
      };
      const grant = await house.open(openSqliteGrants({ path })).keep(await signIn(house));
      for (let day = 0; day < 22; day += 1) {
        const store = openSqliteGrants({ path });
        let isDead = false;
        const running = house.open(store, { isDead: () => isDead });
        running.start();
        await house.host.advance(dayMs);
        assert.match(await house.host.during(running.withGrant(grant, same)), /^eyJ/);
        if (day % 3 === 0) {
          // Killed at the very moment when an answer is on its way.
          const reached = Promise.withResolvers<void>();
          house.host.beforeAnswer = async ({ url }) => {
            if (url.endsWith('/token')) isDead = true;
            reached.resolve();
          };
          await house.host.advance(4 * hourMs);
          await reached.promise;
          house.host.beforeAnswer = async () => {};
        } else {
          await running.stop();
        }
        store.close();
      }
      assert.ok(house.host.sentTo('/token').length > 22 * 8);
      await house.issuer.close();
    });
});
