/** The world of one run of the program, as far as the command line touches it. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  /** Absolute path that relative ones begin at. */
  cwd: string;
  stdin: NodeJS.ReadStream | NodeJS.ReadableStream;
  /** Results and the log. */
  out(text: string): void;
  /** Faults, warnings, questions. */
  err(text: string): void;
  /** A person reads standard output. */
  isTerminal: boolean;
}

export function systemTerminal(): Terminal {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
  };
}
