import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROBE = new URL('./cpu-probe.ts', import.meta.url).href;
const KEPT_OUTPUT_CHARACTERS = 4000;
const STOP_MILLISECONDS = 5000;

export type Child = { process: ChildProcess; output: () => string };

/** Starts a server with the CPU probe inside it. `entry` is a file URL; its last output is kept for error messages. */
export function startServer(entry: URL, args: string[], env: NodeJS.ProcessEnv = {}, flags: string[] = []): Child {
  return start(entry, args, { execArgv: [...flags, '--import', PROBE], env });
}

/** Starts the load generator. */
export function startLoad(): Child {
  return start(new URL('./load/main.ts', import.meta.url), [], { execArgv: [], env: {} });
}

function start(entry: URL, args: string[], options: { execArgv: string[]; env: NodeJS.ProcessEnv }): Child {
  const child = fork(fileURLToPath(entry), args, {
    execArgv: options.execArgv,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { process: child, output: () => kept };
}

/** Asks a child to end, and makes it end when it does not. */
export async function stopChild({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
  await exited;
  clearTimeout(patience);
}
