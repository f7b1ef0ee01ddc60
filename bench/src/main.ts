import { conditionsOf } from './conditions.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { problemsOf, tablesOf, targetsOf } from './report.ts';
import { writeResults } from './results-file.ts';
import { run, type Outcome } from './run.ts';
import { textTable } from './table.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) return 2;
  const conditions = await conditionsOf(options);
  const outcome = await run(options, (progress) => process.stderr.write(`${progress}\n`));
  const tables = [...tablesOf(outcome.samples), targetsOf(outcome)].filter((table) => table.rows.length > 0);
  const notes = notesOn(outcome);
  const problems = problemsOf(outcome.samples);
  print(conditions);
  for (const { title, head, rows } of tables) print(['', title, textTable(head, rows)]);
  print(['', ...notes]);
  if (problems.length > 0) {
    print(['', 'INVALID: there were wrong answers.', ...problems]);
    return 1;
  }
  if (options.isWriting) await writeResults(conditions, tables, notes);
  return 0;
}

function readOptions(args: string[]): Options | undefined {
  try {
    return parseOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return undefined;
  }
}

function notesOn({ bytesPerFamily, notGrown }: Outcome): string[] {
  return [
    ...[...bytesPerFamily].map(
      ([subject, bytes]) => `${subject}: ${bytes.toFixed(0)} bytes on disk per family, with its indexes`,
    ),
    ...notGrown.map(
      (subject) =>
        `${subject}: has no way to put families straight into its store, so it was measured without the extra ones`,
    ),
  ];
}

function print(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
