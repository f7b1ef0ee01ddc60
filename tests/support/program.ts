import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program of the repository, running as a process of its own. */
export interface Program {
  pid: number;
  /** What it wrote so far, standard error included. */
  output(): string;
  /** Waits until it has written what matches; rejects when it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** How it ended: the exit code, or the signal that ended it. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(name: NodeJS.Signals): void;
}

interface Start {
  /** Path from the root of the repository, then arguments. */
  args: string[];
  env?: Record<string, string>;
}

/** Starts a program and waits for a line that says it is ready; gives the line's match. */
export async function startProgram(
  start: Start,
  ready: RegExp,
): Promise<{ program: Program; readyLine: RegExpExecArray }> {
  const program = spawnProgram(start);
  return { program, readyLine: await program.said(ready) };
}

/** Runs a program to its end. */
export async function runProgram(start: Start): Promise<{ code: number | null; output: string }> {
  const program = spawnProgram(start);
  const { code } = await program.ended;
  return { code, output: program.output() };
}

function spawnProgram({ args, env = {} }: Start): Program {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listen of listeners) listen();
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(({ code, signal }) =>
          reject(new Error(`${args.join(' ')} ended (${code ?? signal}) before it said ${pattern.source}:\n${output}`)),
        );
      }),
    ended,
    signal: (name) => void child.kill(name),
  };
}

/** Nothing outlives the test, however it ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
