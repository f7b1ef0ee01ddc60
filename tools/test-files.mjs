import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** @param {string[]} folders of the repository @returns {string[]} the test files under them, sorted */
export function findTests(folders) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => walk(folder))
    .sort((a, b) => (a < b ? -1 : 1));
}

function walk(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(path);
    return path.endsWith('.test.ts') ? [path] : [];
  });
}

/** What to say of a run that had to be stopped: a file that leaves a timer or a socket open keeps its runner waiting. */
export function overdue(files, output, withinMs) {
  const unfinished = files.filter((file) => !output.includes(file)).join(', ');
  return `FAIL stopped after ${withinMs / 60_000} minutes; not at an end: ${unfinished}`;
}
