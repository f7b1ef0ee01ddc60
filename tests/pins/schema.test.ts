import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { openSqliteStore } from '@ostiary/storage-sqlite';

describe('database schema', () => {
  it('after all migrations is what schema.sql says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-schema-'));
    const path = join(folder, 'ostiary.db');
    await (await openSqliteStore({ path })).close();
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare('select sql from sqlite_schema where sql is not null order by type, name').all();
    db.close();
    await rm(folder, { recursive: true });
    const expected = readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8');
    assert.equal(rows.map(({ sql }) => `${String(sql)};\n`).join(''), expected);
  });
});
