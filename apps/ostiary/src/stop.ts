/**
 * The program cannot go on, for a reason that its operator can do something about: the message is printed as it is,
 * without a stack. Any other error is a fault of ours and is printed whole.
 */
export class Stop extends Error {
  /** 1 = it could not be done; 2 = the command line was wrong. */
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'Stop';
    this.exitCode = exitCode;
  }
}

/** What went wrong, in the words of whoever noticed it. */
export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

/** The code that Node and the operating system give: `ENOENT`, `EADDRINUSE`. */
export function codeOf(fault: unknown): string | undefined {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : undefined;
}
