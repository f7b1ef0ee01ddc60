import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { OstiaryConfig } from '../config/define-config.ts';
import { run } from './run.ts';

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** A folder of one test, to run commands in. Its environment knows no home but the folder. */
export interface Workplace {
  folder: string;
  path(name: string): string;
  write(name: string, text: string): string;
  configure(config: Partial<OstiaryConfig>): void;
  run(args: string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }): Promise<Outcome>;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-cli-'));
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => {
    writeFileSync(path(name), text);
    return path(name);
  };
  return {
    folder,
    path,
    write,
    configure: (config) =>
      void write('ostiary.config.json', JSON.stringify({ issuer: 'http://localhost:4000', ...config })),
    async run(args, { stdin = '', env = {} } = {}) {
      const said = { out: '', err: '' };
      const code = await run(args, {
        env: { HOME: folder, XDG_STATE_HOME: path('state'), ...env },
        cwd: folder,
        stdin: Readable.from([Buffer.from(stdin)]),
        out: (text) => void (said.out += text),
        err: (text) => void (said.err += text),
        isTerminal: false,
      });
      return { code, ...said };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
