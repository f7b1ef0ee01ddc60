import { measureApi } from './api/measure-api.ts';
import { conditionsOf } from './conditions.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { profileRefresh } from './profile/measure-profile.ts';
import { measurePieces } from './profile/pieces.ts';
import { profileText } from './profile/profile-page.ts';
import { problemsOf, tablesOf, targetsOf } from './report.ts';
import { writeProfile, writeResults } from './results-file.ts';
import { run, type Outcome } from './run.ts';
import { textTable } from './table.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) return 2;
  const conditions = await conditionsOf(options);
  const say = (progress: string): void => void process.stderr.write(`${progress}\n`);
  if (options.isProfiling) return profile(options, conditions, say);
  const outcomes: Outcome[] = [];
  // Tokens at an API are checked without any server of ours.
  const isAboutServers = options.scenarios.some((scenario) => scenario !== 'api');
  for (const store of isAboutServers ? options.stores : []) {
    outcomes.push(await run(store, options, say));
  }
  const apiTables = options.scenarios.includes('api') ? await measureApi(options, say) : [];
  const tables = [...outcomes.flatMap((outcome) => [...tablesOf(outcome), targetsOf(outcome)]), ...apiTables].filter(
    (table) => table.rows.length > 0,
  );
  const notes = outcomes.flatMap(notesOn);
  const problems = outcomes.flatMap(problemsOf);
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

async function profile(options: Options, conditions: string[], say: (progress: string) => void): Promise<number> {
  const { head, rows } = measurePieces();
  const pages: string[] = [textTable(head, rows)];
  for (const store of options.stores) {
    for (const subject of options.subjects) {
      say(`${store}: profiling ${subject}`);
      pages.push(profileText(await profileRefresh(store, subject, options)));
    }
  }
  print([...conditions, '', ...pages]);
  if (options.isWriting) await writeProfile(conditions, pages);
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

function notesOn({ store, bytesPerFamily, startMilliseconds }: Outcome): string[] {
  return [
    ...[...bytesPerFamily].map(
      ([subject, bytes]) => `${store}, ${subject}: ${bytes.toFixed(0)} bytes on disk per family, with its indexes`,
    ),
    ...[...startMilliseconds].map(
      ([subject, times]) =>
        `${store}, ${subject}: ${times.map((time) => time.toFixed(0)).join(', ')} ms from spawn to the first 200`,
    ),
  ];
}

function print(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
