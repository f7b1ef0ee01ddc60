import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { migrationsFolder, readSteps } from './migration-files.ts';
import type { MigrationStep } from './migration-files.ts';
import { missingSteps } from './schema.ts';

describe('migration files', () => {
  it('fall into statements, without comments', () =>
    inFolder(
      { '0001-a.sql': '-- words; of nobody\ncreate table a (\n  x int\n);\ninsert into a values (1);\n' },
      (steps) => {
        assert.deepEqual(
          steps().map(({ version, step, sql }) => [version, step, sql]),
          [
            [1, 0, 'create table a (\n  x int\n)'],
            [1, 1, 'insert into a values (1)'],
          ],
        );
      },
    ));

  it('with a gap in their numbers are refused', () =>
    inFolder({ '0001-a.sql': '', '0003-c.sql': '' }, (steps) => {
      assert.throws(steps, /0003-c\.sql should begin with 0002/);
    }));

  it('that were applied in part are missing in part; a newer one and a changed one are refused', () =>
    inFolder({ '0001-a.sql': 'select 1;\nselect 2;\n' }, (read) => {
      const steps = read();
      assert.deepEqual(missingSteps(steps, steps.slice(0, 1)), steps.slice(1));
      assert.throws(
        () => missingSteps(steps, [{ ...steps[0]!, version: 9, name: '0009-z.sql' }]),
        /newer version.*0009-z/s,
      );
      assert.throws(
        () => missingSteps(steps, [{ ...steps[0]!, checksum: 'other' }]),
        /0001-a\.sql was applied with other content/,
      );
    }));

  it('of this version may each be repeated', () => {
    for (const { sql } of readSteps(migrationsFolder)) assert.match(sql, /if not exists|on conflict/);
  });
});

function inFolder(files: Record<string, string>, body: (read: () => MigrationStep[]) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-'));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  try {
    body(() => readSteps(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
