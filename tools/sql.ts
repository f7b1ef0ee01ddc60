// The SQL of storage-postgres is SQL that PostgreSQL, CockroachDB, YugabyteDB and Aurora DSQL take (decisions/0008).
import { join } from 'node:path';
import { loadModule } from 'libpg-query';
import { isCode, isTest, printFindings, readSources } from './sources.ts';
import type { Finding, SourceFile } from './sources.ts';
import { parseRefusals, refusalsOf } from './sql/refusals.ts';
import type { Refusal } from './sql/refusals.ts';
import { schemaOf } from './sql/schema.ts';
import type { Schema } from './sql/schema.ts';
import { sqlStringsOf } from './sql/strings.ts';
import type { SqlString } from './sql/strings.ts';

const room = 'packages/storage-postgres';
/** Settings for PostgreSQL alone, without which everything works: checked for being PostgreSQL. */
const tuning = `${room}/src/tuning.ts`;

/** Checks the migrations and every SQL string of the room. `loadModule` of libpg-query must have ended. */
export function checkSql(files: readonly SourceFile[]): Finding[] {
  const migrations = files
    .filter(({ path }) => path.startsWith(`${room}/migrations/`) && path.endsWith('.sql'))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, text }) => ({ path, line: 1, text }));
  const sources = files.filter((file) => file.path.startsWith(`${room}/src/`) && isCode(file) && !isTest(file));
  const texts: SqlString[] = [...migrations, ...sqlStringsOf(sources)];
  const schema = schemaOf(texts.flatMap(({ text }) => text ?? []));
  return texts.flatMap((found) => findings(found, schema));
}

function findings({ path, line, text }: SqlString, schema: Schema): Finding[] {
  if (text === undefined) {
    return [
      { path, line, message: 'SQL put together while the program runs: spell it out, pass values as parameters' },
    ];
  }
  const refusals = path === tuning ? parseRefusals(text) : refusalsOf(text, schema);
  return refusals.map((refusal) => finding({ path, line, text }, refusal));
}

function finding({ path, line, text }: { path: string; line: number; text: string }, refusal: Refusal): Finding {
  const before = Buffer.from(text).subarray(0, refusal.offset).toString();
  return {
    path,
    line: line + before.split('\n').length - 1,
    message: `${refusal.piece} is refused: ${refusal.reason}`,
  };
}

if (import.meta.main) {
  await loadModule();
  printFindings(checkSql(readSources(join(import.meta.dirname, '..'), room)));
}
