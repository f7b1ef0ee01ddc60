// One PostgreSQL server for all of `npm test`. Runs on Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './setup.mjs';

/**
 * @param {string} node executable
 * @returns {Promise<{ url?: string, close?: () => void, problem?: string }>} the address of its administrator, or why there is none
 */
export async function openPostgres(node) {
  const child = spawn(node, [join(root, 'tools', 'postgres.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => ['{"problem":"the PostgreSQL server ended before it was ready"}']),
  ]);
  const { url, problem } = JSON.parse(line);
  return problem ? { problem } : { url, close: () => child.stdin.end() };
}
