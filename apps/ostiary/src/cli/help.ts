import type { Command } from './command.ts';
import { commands } from './commands.ts';

export function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Ostiary: an OpenID Provider and OAuth 2.1 authorization server.',
    '',
    'usage: ostiary COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    '"ostiary COMMAND --help" lists the options of a command, "ostiary --version" tells the version.',
    '',
    'OSTIARY_MASTER_KEY_FILE names the file of the master key; OSTIARY_MASTER_KEY is the key itself.',
    '',
  ].join('\n');
}

export function helpFor({ name, summary, options }: Command): string {
  const rows = Object.entries(options).map(([option, { value, help }]) => ({
    usage: `--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  }));
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  const lines = rows.map((row) => `  ${row.usage.padEnd(width)}  ${row.help}`);
  return [`usage: ostiary ${name} [OPTIONS]`, '', `${name} ${summary}.`, '', ...lines, ''].join('\n');
}
