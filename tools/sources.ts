import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A text file of the repository; `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a check found wrong. `line` counts from 1. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const notOurs = new Set(['node_modules', '.git', 'data', 'dist', 'coverage', '.ostiary']);
const longestBytes = 1_000_000;

/** Every text file that is, or could be, committed. */
export function readSources(root: string, folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    // In a worktree `.git` is a file.
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return readSources(root, path);
    return entry.isFile() && !/\.(log|tgz)$/.test(entry.name) ? readText(root, path) : [];
  });
}

function readText(root: string, path: string): SourceFile[] {
  if (statSync(join(root, path)).size > longestBytes) return [];
  const text = readFileSync(join(root, path), 'utf8');
  return text.includes('\0') ? [] : [{ path, text }];
}

export function isCode({ path }: SourceFile): boolean {
  return /\.(ts|mts|mjs|js)$/.test(path);
}

/** Tests, what only tests import (`*.fixture.ts`, a room's `test/`), and the workspaces that exist only to test and measure. */
export function isTest({ path }: SourceFile): boolean {
  return /\.(test|fixture)\.ts$|^(packages|apps|sdks)\/[^/]+\/test\//.test(path) || /^(tests|bench)\//.test(path);
}

/** Prints findings as `path:line message` and sets the exit code. */
export function printFindings(findings: readonly Finding[]): void {
  for (const { path, line, message } of findings) console.log(`${path}:${line} ${message}`);
  if (findings.length > 0) process.exitCode = 1;
}
