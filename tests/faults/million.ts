/*
 * A million rotations: 1,000 families, 1,000 times each, on a database file, durable, by the service below HTTP.
 * node tests/faults/million.ts [rotations of each family]
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { integrityOf, rowsIn } from './database-file.ts';
import { bearManyFamilies, openIssuerFor, rotateAll } from './many-families.ts';

const families = 1_000;
const rounds = Number(process.argv[2] ?? 1_000);
const folder = mkdtempSync(join(tmpdir(), 'ostiary-million-'));
const path = join(folder, 'ostiary.db');

console.log(`${families} families are born ...`);
let issuer = await openIssuerFor(families, path);
let tokens = await bearManyFamilies(issuer, families);
await issuer.close();
const born = report('born');

issuer = await openIssuerFor(families, path);
const startMs = Date.now();
let largestWalBytes = 0;
tokens = await rotateAll(issuer.service, tokens, rounds, (round) => {
  largestWalBytes = Math.max(largestWalBytes, statSync(`${path}-wal`).size);
  if (round % Math.ceil(rounds / 10) !== 0 && round !== rounds) return;
  const seconds = (Date.now() - startMs) / 1000;
  const rotations = round * families;
  console.log(`${rotations} rotations, ${seconds.toFixed(0)} s, ${Math.round(rotations / seconds)} a second`);
});
await issuer.close();
const done = report(`after ${rounds * families} rotations`);
console.log(`write-ahead log: at most ${largestWalBytes} bytes; integrity check: ${integrityOf(path)}`);

assert.equal(new Set(tokens).size, families);
assert.equal(done.rows, families);
assert.equal(done.audit, born.audit);
// A generation that is written in two bytes instead of none makes a few pages overflow, once.
assert.ok(done.bytes <= born.bytes * 1.05, 'the file has grown');
rmSync(folder, { recursive: true });

function report(when: string): { rows: number; audit: number; bytes: number } {
  const size = { rows: rowsIn(path, 'family'), audit: rowsIn(path, 'audit'), bytes: statSync(path).size };
  console.log(`${when}: ${size.rows} family rows, ${size.audit} audit rows, file of ${size.bytes} bytes`);
  return size;
}
