import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  api,
  basic,
  callback,
  openIssuer,
  postToken,
  redeem,
  refresh,
  stillClock,
  TestBrowser,
  verifier,
  type StillClock,
  type TestIssuer,
} from '@ostiary/http/fixture';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import { nonceOf, prover } from '../security/dpop.fixture.ts';
import { postgresServer } from '../support/postgres.ts';

type Store = TestIssuer['service']['store'];

/** Where two nodes find one another's rows. */
interface Place {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

const places: Record<string, () => Promise<Place>> = {
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-nodes-'));
    return {
      open: () => openSqliteStore({ path: join(folder, 'ostiary.db') }),
      remove: async () => rmSync(folder, { recursive: true }),
    };
  },
  async PostgreSQL() {
    const database = await (await postgresServer()).newDatabase();
    await migratePostgres({ url: database.url });
    return { open: () => openPostgresStore({ url: database.url }), remove: () => database.drop() };
  },
};

/** Two nodes on one store, and a way in that sends every request to the other one than the request before. */
interface Pair {
  nodes: [TestIssuer, TestIssuer];
  clock: StillClock;
  request: TestIssuer['request'];
  browser(): TestBrowser;
}

async function withPair(newPlace: () => Promise<Place>, body: (pair: Pair) => Promise<void>): Promise<void> {
  const place = await newPlace();
  const clock = stillClock();
  const stores = await Promise.all([place.open(), place.open()]);
  try {
    // At once, as two machines are switched on.
    const opened = await Promise.all(stores.map((store) => openIssuer({ store, clock })));
    const nodes = opened as [TestIssuer, TestIssuer];
    let requests = 0;
    const request: TestIssuer['request'] = (...args) => nodes[requests++ % 2 === 0 ? 0 : 1].request(...args);
    await body({ nodes, clock, request, browser: () => new TestBrowser(request) });
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await place.remove();
  }
}

for (const [name, newPlace] of Object.entries(places)) {
  describe(`two nodes on one ${name} database`, () => {
    const on = (body: (pair: Pair) => Promise<void>) => () => withPair(newPlace, body);

    it(
      'carry a person from the first page to the last, with every request at the other node',
      on(async ({ request, browser }) => {
        const person = browser();
        const code = (await person.authorize()).get('code') ?? '';
        const { status, body } = await redeem({ request }, code);
        assert.equal(status, 200, JSON.stringify(body));
        let token = body['refresh_token'];
        for (let generation = 1; generation <= 4; generation += 1) {
          const rotated = await refresh({ request }, token);
          const repeated = await refresh({ request }, token);
          assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
          assert.equal(
            repeated.body['refresh_token'],
            rotated.body['refresh_token'],
            'the retry rule holds everywhere',
          );
          token = rotated.body['refresh_token'];
        }
        assert.match((await person.open('/account')).html, /Your account/);
        assert.ok((await person.authorize()).get('code'), 'the session is known to both');
        const revoked = { client_id: 'lab-spa', token: String(token) };
        const answer = await request('/revoke', { method: 'POST', body: new URLSearchParams(revoked) });
        assert.equal(answer.status, 200);
        assert.equal((await refresh({ request }, token)).body['error'], 'invalid_grant');
      }),
    );

    it(
      'find out together that a token was stolen',
      on(async ({ nodes, request, browser }) => {
        const { body } = await redeem({ request }, (await browser().authorize()).get('code') ?? '');
        const next = await refresh(nodes[0], body['refresh_token']);
        await refresh(nodes[0], next.body['refresh_token']);
        assert.equal((await refresh(nodes[1], body['refresh_token'])).body['error_cause'], 'reuse_detected');
      }),
    );

    it(
      'redeem a code once, whichever comes first',
      on(async ({ nodes, browser }) => {
        const code = (await browser().authorize()).get('code') ?? '';
        const answers = await Promise.all(nodes.map((node) => redeem(node, code)));
        assert.deepEqual(
          answers.map(({ status }) => status).toSorted((a, b) => a - b),
          [200, 400],
        );
      }),
    );

    it(
      'take one proof of a key once, and its family with any other',
      on(async ({ nodes, clock, browser }) => {
        const key = prover();
        const nonce = await nonceOf(nodes[0]);
        const prove = () => ({ dpop: key.prove({ service: nodes[0].service, clock }, { claims: { nonce } }) });
        const code = (await browser().authorize({ dpop_jkt: key.jkt })).get('code') ?? '';
        const exchange = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
        const { body } = await postToken(nodes[1], { client_id: 'lab-spa', ...exchange }, prove());
        const renewal = {
          client_id: 'lab-spa',
          grant_type: 'refresh_token',
          refresh_token: String(body['refresh_token']),
        };
        const crowd = (headers: () => Record<string, string>) =>
          Promise.all(
            Array.from({ length: 16 }, (_, index) => postToken(nodes[index % 2] ?? nodes[0], renewal, headers())),
          );
        const same = prove();
        const statuses = (await crowd(() => same)).map(({ status }) => status);
        assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join());
        assert.equal(statuses.filter((status) => status === 400).length, 15, statuses.join());
        for (const answer of await crowd(prove)) assert.equal(answer.body['refresh_token'], renewal.refresh_token);
      }),
    );

    it(
      'count tries to sign in together, and forget them together',
      on(async ({ clock, browser }) => {
        const person = browser();
        const page = await person.open('/sign-in');
        const attempt = (password: string) => person.submit(page, { username: 'ada@example.com', password });
        for (let tries = 0; tries < 5; tries += 1) await attempt('not the password');
        assert.match((await attempt('ada-demo-password')).html, /Too many tries/);
        assert.match((await attempt('ada-demo-password')).html, /Too many tries/);
        clock.advance(60);
        assert.match((await attempt('ada-demo-password')).html, /Your account/);
      }),
    );

    it(
      'start at once with one key of each algorithm, which both have published',
      on(async ({ nodes }) => {
        const sets = nodes.map(({ service }) => service.keyring.jwks().keys);
        assert.deepEqual(sets[0], sets[1]);
        assert.equal(sets[0]?.length, 2);
        assert.deepEqual(new Set((sets[0] ?? []).map(({ alg }) => alg)), new Set(['ES256', 'RS256']));
        const kids = nodes.map(({ service }) => service.keyring.signingKey('ES256').kid);
        assert.equal(kids[0], kids[1]);
      }),
    );

    it(
      'publish a new key on both long before it signs on either',
      on(async ({ nodes: [here, there], clock }) => {
        const before = here.service.keyring.signingKey('ES256').kid;
        const [made] = await here.service.keyring.rotate();
        clock.advance(10);
        await publishedBy(there, made?.kid);
        assert.deepEqual(
          [here, there].map(({ service }) => service.keyring.signingKey('ES256').kid),
          [before, before],
        );
        clock.advance(600);
        assert.deepEqual(
          [here, there].map(({ service }) => service.keyring.signingKey('ES256').kid),
          [made?.kid, made?.kid],
        );
      }),
    );

    it(
      'know an access token by a key that was read elsewhere only',
      on(async ({ nodes: [here, there], clock }) => {
        await here.service.keyring.rotate();
        clock.advance(601);
        const call = { grant_type: 'client_credentials', resource: api };
        const { body } = await postToken(here, call, basic());
        const asked = await there.request('/introspect', {
          method: 'POST',
          headers: basic(),
          body: new URLSearchParams({ token: String(body['access_token']) }),
        });
        assert.equal(((await asked.json()) as { active: boolean }).active, true);
      }),
    );

    it(
      'agree on the restore epoch: what was born under the new one is never unknown, what is older is so within 10 s',
      on(async ({ nodes: [here, there], clock, browser }) => {
        const born = async () =>
          (await redeem(here, (await browser().authorize()).get('code') ?? '')).body['refresh_token'];
        const old = await born();
        await here.service.store.upkeep.raiseRestoreEpoch(clock.now());
        await here.service.keyring.reload();
        clock.advance(2);
        const young = await born();
        assert.equal((await refresh(there, young)).status, 200);
        assert.equal((await refresh(here, old)).body['error'], 'invalid_grant');
        assert.equal((await refresh(there, old)).body['error'], 'invalid_grant');
      }),
    );
  });
}

/** A node reads keys behind a request's back: asks it until they are there. */
async function publishedBy({ service }: TestIssuer, kid: string | undefined): Promise<void> {
  for (let looks = 0; looks < 1000; looks += 1) {
    if (service.keyring.jwks().keys.some((key) => key.kid === kid)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail('the new key was not published');
}
