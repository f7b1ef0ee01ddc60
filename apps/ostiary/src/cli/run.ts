import { inspect, parseArgs } from 'node:util';
import { closest } from '../config/did-you-mean.ts';
import { codeOf, messageOf, Stop } from '../stop.ts';
import type { Command, OptionValues } from './command.ts';
import { commands } from './commands.ts';
import { helpFor, overview } from './help.ts';
import type { Terminal } from './terminal.ts';
import { programVersion } from '../version.ts';

/**
 * Runs one command line.
 * @returns the exit code: 0 = done, 1 = could not be done, 2 = the command line was wrong
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (fault) {
    if (fault instanceof Stop) {
      terminal.err(`ostiary: ${fault.message}\n`);
      return fault.exitCode;
    }
    terminal.err(`ostiary: this is a fault of the program, please report it:\n${inspect(fault)}\n`);
    return 1;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = args;
  if (first === undefined) {
    terminal.err(overview());
    return 2;
  }
  if (first === '--help' || first === '-h' || first === 'help') return say(terminal, overview());
  if (first === '--version' || first === '-v') return say(terminal, `${await programVersion()}\n`);
  const command = findCommand(args);
  const values = parseOptions(command, args.slice(command.name.split(' ').length));
  if (values['help'] === true) return say(terminal, helpFor(command));
  const action = await command.load();
  return action(values, terminal);
}

function say(terminal: Terminal, text: string): number {
  terminal.out(text);
  return 0;
}

/** The longest name that the words before the first option begin with. */
function findCommand(args: readonly string[]): Command {
  const optionAt = args.findIndex((arg) => arg.startsWith('-'));
  const words = optionAt === -1 ? args : args.slice(0, optionAt);
  const found = commands.find(({ name }) => name.split(' ').every((word, index) => word === words[index]));
  if (found !== undefined) return found;
  const said = words.slice(0, 2).join(' ');
  const names = commands.map(({ name }) => name);
  const meant = closest(said, names) ?? closest(words[0] ?? '', names);
  if (said === '') throw usage('the command comes before its options', '');
  const hint = meant === undefined ? `the commands are ${names.join(', ')}` : `did you mean "${meant}"?`;
  throw usage(`there is no command "${said}"; ${hint}`, '');
}

function parseOptions(command: Command, args: readonly string[]): OptionValues {
  const options = Object.fromEntries(Object.entries(command.options).map(([name, { type }]) => [name, { type }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: false,
    });
    return values;
  } catch (fault) {
    if (codeOf(fault)?.startsWith('ERR_PARSE_ARGS_') !== true) throw fault;
    throw usage(whatIsWrong(fault, command), command.name);
  }
}

function whatIsWrong(fault: unknown, command: Command): string {
  const [, option] = /^Unknown option '(--?[^']*)'/.exec(messageOf(fault)) ?? [];
  if (option === undefined) return messageOf(fault);
  const meant = closest(option, Object.keys(command.options));
  return `"${command.name}" has no option ${option}${meant === undefined ? '' : `; did you mean --${meant}?`}`;
}

function usage(message: string, commandName: string): Stop {
  const help = commandName === '' ? 'ostiary --help' : `ostiary ${commandName} --help`;
  return new Stop(`${message}\n"${help}" tells what there is.`, { exitCode: 2 });
}
