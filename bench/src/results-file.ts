import { writeFile } from 'node:fs/promises';
import type { Table } from './report.ts';
import { markdownTable } from './table.ts';

const RESULTS = new URL('../RESULTS.md', import.meta.url);

/** Replaces bench/RESULTS.md. */
export async function writeResults(conditions: string[], tables: Table[], notes: string[]): Promise<void> {
  await writeFile(RESULTS, resultsPage(conditions, tables, notes));
}

/** The page as Markdown. */
export function resultsPage(conditions: string[], tables: Table[], notes: string[]): string {
  const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join('\n');
  const sections = tables.map(({ title, head, rows }) => `## ${title}\n\n${markdownTable(head, rows)}`);
  const parts = ['# What `npm run bench -- --write` printed', list(conditions), ...sections, list(notes)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
