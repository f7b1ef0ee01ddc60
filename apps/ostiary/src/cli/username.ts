import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';

/** The value of --username. Throws `Stop` when it is missing or blank. */
export function usernameOf(values: OptionValues, commandName: string): string {
  const username = textOf(values, 'username')?.trim();
  if (username) return username;
  throw new Stop(`"${commandName}" needs --username NAME`, { exitCode: 2 });
}
