import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One statement of a migration: the unit in which schemas change, since some engines take one per transaction. */
export interface MigrationStep {
  version: number;
  step: number;
  /** Of the file. */
  name: string;
  sql: string;
  checksum: string;
}

export const migrationsFolder = fileURLToPath(new URL('../migrations/', import.meta.url));

/** The steps of all `.sql` files in `folder`, in order. A statement ends with a semicolon at the end of a line. */
export function readSteps(folder: string): MigrationStep[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.toSorted().flatMap((name, index) => {
    const version = Number(name.slice(0, 4));
    if (version !== index + 1)
      throw new Error(`migration ${name} should begin with ${String(index + 1).padStart(4, '0')}`);
    return statements(readFileSync(join(folder, name), 'utf8')).map((sql, step) => {
      return { version, step, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
  });
}

function statements(text: string): string[] {
  const withoutComments = text.replaceAll(/^--.*\n/gm, '');
  return withoutComments.split(/;\s*$/m).flatMap((sql) => (sql.trim() === '' ? [] : [sql.trim()]));
}
