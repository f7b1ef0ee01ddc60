import { writeFile } from 'node:fs/promises';
import type { Table } from './report.ts';
import { markdownTable } from './table.ts';

const RESULTS = new URL('../RESULTS.md', import.meta.url);
const PROFILE = new URL('../PROFILE.md', import.meta.url);

/** Replaces bench/RESULTS.md. */
export async function writeResults(conditions: string[], tables: Table[], notes: string[]): Promise<void> {
  await writeFile(RESULTS, resultsPage(conditions, tables, notes));
}

/** Replaces bench/PROFILE.md. */
export async function writeProfile(conditions: string[], texts: string[]): Promise<void> {
  const blocks = texts.map((text) => `\`\`\`text\n${text}\n\`\`\``);
  const list = conditions.map((line) => `- ${line}`).join('\n');
  await writeFile(
    PROFILE,
    `${['# What `npm run bench -- --profile --write` printed', list, ...blocks].join('\n\n')}\n`,
  );
}

/** The page as Markdown. */
export function resultsPage(conditions: string[], tables: Table[], notes: string[]): string {
  const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join('\n');
  const sections = tables.map(({ title, head, rows }) => `## ${title}\n\n${markdownTable(head, rows)}`);
  const parts = ['# What `npm run bench -- --write` printed', list(conditions), ...sections, list(notes)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
