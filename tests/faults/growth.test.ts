import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rowsIn } from './database-file.ts';
import { bearManyFamilies, openIssuerFor, rotateAll } from './many-families.ts';

const families = 1_000;
const rounds = 20;

/** The million, as a program: `node tests/faults/million.ts`. */
describe(`${rounds} rotations of each of ${families} families`, () => {
  let folder: string;
  let beforehand: Size;
  let afterwards: Size;
  let newest: string[];
  let path: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ostiary-growth-'));
    path = join(folder, 'ostiary.db');
    const issuer = await openIssuerFor(families, path);
    const born = await bearManyFamilies(issuer, families);
    // SQLite writes the generations 0 and 1 in no byte and those up to 127 in one: rows take their width by the second.
    const twice = await rotateAll(issuer.service, born, 2);
    await issuer.close();
    beforehand = sizeOf(path);
    const again = await openIssuerFor(families, path);
    newest = await rotateAll(again.service, twice, rounds);
    await again.close();
    afterwards = sizeOf(path);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('leave one row per family', () => {
    assert.equal(beforehand.families, families);
    assert.equal(afterwards.families, families);
    assert.equal(new Set(newest).size, families);
  });

  it('leave the file as large as before', () => {
    assert.equal(afterwards.bytes, beforehand.bytes);
  });

  it('write no audit rows', () => {
    assert.equal(afterwards.audit, beforehand.audit);
  });
});

interface Size {
  families: number;
  audit: number;
  bytes: number;
}

function sizeOf(path: string): Size {
  return { families: rowsIn(path, 'family'), audit: rowsIn(path, 'audit'), bytes: statSync(path).size };
}
