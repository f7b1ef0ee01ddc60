import type { Terminal } from './terminal.ts';

/** One option of a command, for `parseArgs` and for the help text. */
export interface CommandOption {
  type: 'string' | 'boolean';
  /** How the help names the value: `FILE`. */
  value?: string;
  help: string;
}

/** The values of a command's options; every one may be left out. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** Does the work and gives the exit code. Throws `Stop`. */
export type Action = (values: OptionValues, terminal: Terminal) => Promise<number>;

export interface Command {
  /** `keys rotate` */
  name: string;
  summary: string;
  options: Readonly<Record<string, CommandOption>>;
  /** Loaded only when the command runs: `--help` needs no database. */
  load(): Promise<Action>;
}

export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}
