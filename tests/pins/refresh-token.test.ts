import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { fixtureKeyWrapper, openIssuer, redeem, refresh } from '@ostiary/http/fixture';
import { openSqliteStore } from '@ostiary/storage-sqlite';

/** Key, family and salt of the tokens below; the restore epoch is 0. */
const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const keyId = 7;
const familyId = Buffer.alloc(16, 0x11);
const salt = Buffer.alloc(16, 0x22);

const generation0 = 'ort_AQcRERERERERERERERERERERAAAAAJ9OscJxuVgOMk1VclmSLU6R12aAwW8b8zoI61Hmhra4';
const generation1 = 'ort_AQcRERERERERERERERERERERAAAAATDq5sJlHBdAa_BozRMteKnLdToGiFkd6NW1IjY4jflo';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-refresh-'));
  path = join(folder, 'ostiary.db');
  await storeKey();
  await makeFamily();
});
after(() => rm(folder, { recursive: true }));

async function storeKey(): Promise<void> {
  const store = await openSqliteStore({ path });
  const sealed = fixtureKeyWrapper.seal(key, `mac:refresh:${keyId}`);
  await store.keys.insertMac({ purpose: 'refresh', keyId, sealed, createdAtMs: 0, activeFromMs: 0 });
  await store.close();
}

/** A family by an ordinary sign-in, which then gets the id and the salt of the literals. */
async function makeFamily(): Promise<void> {
  const issuer = await openIssuer({ path });
  const code = (await issuer.browser().authorize()).get('code') ?? '';
  assert.equal((await redeem(issuer, code)).status, 200);
  await issuer.close();
  const db = new DatabaseSync(path);
  assert.equal(db.prepare('update family set public_id = ?, salt = ?').run(familyId, salt).changes, 1);
  db.close();
}

describe('refresh token format', () => {
  it('is a prefix and 54 bytes: version, key id, family, generation, tag', () => {
    for (const [generation, token] of [generation0, generation1].entries()) {
      assert.equal(token.length, 76);
      assert.equal(token.slice(0, 4), 'ort_');
      const bytes = Buffer.from(token.slice(4), 'base64url');
      const head = Buffer.concat([Buffer.from([1, keyId]), familyId, Buffer.from([0, 0, 0, generation])]);
      assert.deepEqual(bytes.subarray(0, 22), head);
      const tag = createHmac('sha256', key).update(head).update(salt).update(Buffer.alloc(4)).digest();
      assert.deepEqual(bytes.subarray(22), tag);
    }
  });

  it('stays readable, and stays the same: a known token is accepted, and its successor is known', async () => {
    const issuer = await openIssuer({ path });
    const { status, body } = await refresh(issuer, generation0);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body['refresh_token'], generation1);
    await issuer.close();
  });
});
