import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './pages.ts';

export interface Outcome {
  code: number | null;
  /** Standard output and standard error. */
  output: string;
}

/** A machine for an operator to type on: an empty folder, a home, and `ostiary` on the path. */
export interface Workplace {
  folder: string;
  path(name: string): string;
  write(name: string, text: string): void;
  /** Runs what stands in a block of a page; an error ends it. */
  type(commands: string, options?: { stdin?: string; env?: Record<string, string> }): Promise<Outcome>;
  /** The same for what begins with `ostiary start`: waits until it is ready, runs `work`, and stops it by SIGTERM. */
  typeStart(commands: string, work: (output: string) => Promise<void>): Promise<Outcome>;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-docs-'));
  const path = (name: string) => join(folder, name);
  mkdirSync(path('.bin'));
  const program = join(root, 'apps', 'ostiary', 'src', 'main.ts');
  writeFileSync(path('.bin/ostiary'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(path('.bin/ostiary'), 0o755);
  const shell = (commands: string, env: Record<string, string> = {}) =>
    spawn('sh', ['-euc', commands.replaceAll('npm run ostiary -- ', 'ostiary ').replaceAll('/etc/', path('etc/'))], {
      cwd: folder,
      detached: true,
      env: {
        PATH: `${path('.bin')}:${join(process.execPath, '..')}:/usr/bin:/bin`,
        HOME: folder,
        PASSWORD: 'correct horse battery',
        ...env,
      },
    });
  return {
    folder,
    path,
    write: (name, text) => writeFileSync(path(name), text),
    async type(commands, { stdin = '', env = {} } = {}) {
      const child = shell(commands, env);
      const seen = listen(child);
      child.stdin.on('error', () => {}).end(stdin);
      const [code] = await once(child, 'close');
      return { code, output: seen() };
    },
    async typeStart(commands, work) {
      // The shell waits for the server, which the signal is for, and ends as it does.
      const child = shell(`trap : TERM\n${commands}`);
      const seen = listen(child);
      const closed = once(child, 'close');
      try {
        await new Promise<void>((resolve, reject) => {
          child.stdout.on('data', () => /^Ostiary ready on/m.test(seen()) && resolve());
          child.once('close', () => reject(new Error(`it ended before it was ready:\n${seen()}`)));
        });
        await work(seen());
      } finally {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      }
      const [code] = await closed;
      return { code, output: seen() };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function listen(child: ReturnType<typeof spawn>): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  return () => output;
}
