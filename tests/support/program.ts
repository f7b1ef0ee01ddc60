import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program of the repository, running as a process of its own. */
export interface Program {
  pid: number;
  /** What it wrote so far, standard error included. */
  output(): string;
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
  const readyLine = await new Promise<RegExpExecArray>((resolve, reject) => {
    program.onOutput(() => {
      const match = ready.exec(program.output());
      if (match !== null) resolve(match);
    });
    void program.ended.then(({ code, signal }) =>
      reject(new Error(`${start.args.join(' ')} ended (${code ?? signal}) before it was ready:\n${program.output()}`)),
    );
  });
  return { program, readyLine };
}

/** Runs a program to its end. */
export async function runProgram(start: Start): Promise<{ code: number | null; output: string }> {
  const program = spawnProgram(start);
  const { code } = await program.ended;
  return { code, output: program.output() };
}

function spawnProgram({ args, env = {} }: Start): Program & { onOutput(listen: () => void): void } {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const listeners: (() => void)[] = [];
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
    ended,
    signal: (name) => void child.kill(name),
    onOutput: (listen) => void listeners.push(listen),
  };
}

/** Nothing outlives the test, however it ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
