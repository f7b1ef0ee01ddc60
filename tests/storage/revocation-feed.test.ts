import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import {
  byApi,
  handTimer,
  isRefused,
  labApiWithSecret,
  readStream,
  type HandTimer,
  type StreamReader,
} from '@ostiary/http/feed-fixture';
import { openIssuer, redeem, stillClock, type StillClock, type TestIssuer } from '@ostiary/http/fixture';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import type { AccessTokenClaims, RevocationEntry } from '@ostiary/wire';
import pg from 'pg';
import { postgresServer } from '../support/postgres.ts';

/** A transaction of somebody else that has ended a family and is not committed. */
interface Pending {
  commit(): Promise<void>;
}

interface Place {
  open(): Promise<TestIssuer['service']['store']>;
  /** Ends a family with this time, in a transaction that stays open. */
  endSlowly(familyId: string, atMs: number): Promise<Pending>;
  remove(): Promise<void>;
}

const bitsOf = (familyId: string) => Buffer.from(familyId.slice('fam_'.length), 'base64url');

const places: Record<string, () => Promise<Place>> = {
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-feed-'));
    const path = join(folder, 'ostiary.db');
    return {
      open: () => openSqliteStore({ path }),
      async endSlowly(familyId, atMs) {
        const db = new DatabaseSync(path);
        db.exec('begin immediate');
        db.prepare("update family set ended_at = ?, end_cause = 'superseded' where public_id = ?").run(
          atMs,
          bitsOf(familyId),
        );
        return {
          async commit() {
            db.exec('commit');
            db.close();
          },
        };
      },
      remove: async () => rmSync(folder, { recursive: true }),
    };
  },
  async PostgreSQL() {
    const database = await (await postgresServer()).newDatabase();
    await migratePostgres({ url: database.url });
    return {
      open: () => openPostgresStore({ url: database.url }),
      async endSlowly(familyId, atMs) {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        await client.query('begin');
        const uuid = bitsOf(familyId).toString('hex');
        const sql = "update family set ended_at = $1, end_cause = 'superseded' where id = $2::uuid";
        await client.query(sql, [String(atMs), uuid]);
        return {
          async commit() {
            await client.query('commit');
            await client.end();
          },
        };
      },
      remove: () => database.drop(),
    };
  },
};

/** Two nodes on one store, and a reader at the second. */
interface Pair {
  place: Place;
  clock: StillClock;
  here: TestIssuer;
  there: TestIssuer;
  timer: HandTimer;
  reader: StreamReader;
  /** What the reader was told, up to the next batch. */
  told(): Promise<RevocationEntry[]>;
}

async function withPair(newPlace: () => Promise<Place>, body: (pair: Pair) => Promise<void>): Promise<void> {
  const place = await newPlace();
  const [clock, timer] = [stillClock(), handTimer()];
  const settings = { apis: [labApiWithSecret()] };
  const open = async () => openIssuer({ store: await place.open(), clock, settings, timer });
  const [here, there] = [await open(), await open()];
  const headers = { ...byApi, accept: 'text/event-stream' };
  const reader = readStream(await there.request('/revocations', { headers }));
  const told: RevocationEntry[] = [...((await reader.next())?.batch.entries ?? [])];
  try {
    await body({
      place,
      clock,
      here,
      there,
      timer,
      reader,
      async told() {
        told.push(...((await reader.next())?.batch.entries ?? assert.fail('the stream has ended')));
        return told;
      },
    });
  } finally {
    await reader.leave();
    await Promise.all([here.close(), there.close()]);
    await place.remove();
  }
}

async function born(issuer: TestIssuer): Promise<{ claims: AccessTokenClaims; refreshToken: string }> {
  const { body } = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
  const payload = String(body['access_token']).split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as AccessTokenClaims;
  return { claims, refreshToken: String(body['refresh_token']) };
}

async function revoke(issuer: TestIssuer, token: string): Promise<void> {
  const body = new URLSearchParams({ client_id: 'lab-spa', token });
  assert.equal((await issuer.request('/revoke', { method: 'POST', body })).status, 200);
}

for (const [name, newPlace] of Object.entries(places)) {
  describe(`the feed of revocations of two nodes on ${name}`, () => {
    it('tells at one node what ended at the other, at its next look', () =>
      withPair(newPlace, async ({ here, timer, told }) => {
        const [ended, living] = [await born(here), await born(here)];
        await revoke(here, ended.refreshToken);
        timer.pass(250);
        const entries = await told();
        assert.ok(isRefused(entries, ended.claims));
        assert.ok(!isRefused(entries, living.claims));
      }));

    it('misses no transaction that commits late, after a younger one was told', () =>
      withPair(newPlace, async ({ place, clock, here, timer, told }) => {
        const [late, younger] = [await born(here), await born(here)];
        const notedAtMs = clock.now();
        clock.advance(5);
        if (name === 'PostgreSQL') {
          const pending = await place.endSlowly(String(late.claims.fam), notedAtMs);
          await revoke(here, younger.refreshToken);
          timer.pass(250);
          assert.ok(!isRefused(await told(), late.claims), 'nobody can see it yet');
          await pending.commit();
        } else {
          // One writer at a time: the younger one is committed before the late one begins to write.
          await revoke(here, younger.refreshToken);
          timer.pass(250);
          await told();
          await (await place.endSlowly(String(late.claims.fam), notedAtMs)).commit();
        }
        timer.pass(250);
        assert.ok(isRefused(await told(), late.claims));
      }));

    it('finds what was committed ten minutes late when it reads everything again', () =>
      withPair(newPlace, async ({ place, clock, here, timer, told }) => {
        const { claims } = await born(here);
        const notedAtMs = clock.now();
        clock.advance(600);
        await (await place.endSlowly(String(claims.fam), notedAtMs)).commit();
        timer.pass(30_000);
        assert.ok(isRefused(await told(), claims));
      }));

    it('agrees with introspection at both nodes about a sign-out', () =>
      withPair(newPlace, async ({ here, there, timer, told }) => {
        const browser = here.browser();
        const { body } = await redeem(here, (await browser.authorize()).get('code') ?? '');
        const token = String(body['access_token']);
        const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
        const page = await browser.open('/end-session');
        await browser.submit(page, { decision: 'sign_out' });
        timer.pass(250);
        assert.ok(isRefused(await told(), payload as AccessTokenClaims));
        for (const node of [here, there]) {
          const asked = { method: 'POST', body: new URLSearchParams({ token }), headers: byApi };
          assert.deepEqual(await (await node.request('/introspect', asked)).json(), { active: false });
        }
      }));
  });
}
