import type { Connection } from './connection.ts';
import { StatementFailed } from './failure.ts';
import type { MigrationStep } from './migration-files.ts';
import { statement } from './statement.ts';

type AppliedRow = { version: number; step: number; name: string; checksum: string };

const readApplied = statement<AppliedRow>(
  'migration_list',
  'select version, step, name, checksum from migration order by version, step',
);
const undefinedTable = '42P01';

/** The steps that were applied; none when nothing ever was. */
export async function appliedSteps(connection: Connection, withinMs: number): Promise<AppliedRow[]> {
  try {
    const [rows] = await connection.run([{ statement: readApplied, values: [] }], withinMs);
    return rows as AppliedRow[];
  } catch (error) {
    if (error instanceof StatementFailed && error.sqlState === undefinedTable) return [];
    throw error;
  }
}

/** Those of `steps` that are missing. Throws when a newer version wrote the schema, or when a step reads differently now. */
export function missingSteps(steps: MigrationStep[], applied: AppliedRow[]): MigrationStep[] {
  const known = new Map(steps.map((step) => [keyOf(step), step]));
  for (const row of applied) {
    const step = known.get(keyOf(row));
    if (!step) {
      throw new Error(
        `the database was written by a newer version of Ostiary: it has migration ${row.name}, step ${row.step}, ` +
          'which this version does not know. Run that version, or restore a backup from before the upgrade.',
      );
    }
    if (step.checksum !== row.checksum) {
      throw new Error(`step ${row.step} of migration ${row.name} was applied with other content than it has now`);
    }
  }
  const done = new Set(applied.map(keyOf));
  return steps.filter((step) => !done.has(keyOf(step)));
}

function keyOf({ version, step }: Pick<MigrationStep, 'version' | 'step'>): string {
  return `${version}.${step}`;
}
