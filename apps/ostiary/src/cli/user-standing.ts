import { disableUser, enableUser, signOutUser } from '@ostiary/service';
import type { OptionValues } from './command.ts';
import { withService } from './house.ts';
import type { Terminal } from './terminal.ts';
import { Stop } from '../stop.ts';
import { usernameOf } from './username.ts';

export async function disableOneUser(values: OptionValues, terminal: Terminal): Promise<number> {
  const username = usernameOf(values, 'user disable');
  await change(values, terminal, { username, change: disableUser });
  terminal.out(`${username} is disabled: sign-in is refused, and sessions and refresh tokens have ended\n`);
  return 0;
}

export async function enableOneUser(values: OptionValues, terminal: Terminal): Promise<number> {
  const username = usernameOf(values, 'user enable');
  await change(values, terminal, { username, change: enableUser });
  terminal.out(`${username} may sign in again\n`);
  return 0;
}

export async function signOneUserOut(values: OptionValues, terminal: Terminal): Promise<number> {
  const username = usernameOf(values, 'user sign-out');
  await change(values, terminal, { username, change: signOutUser });
  terminal.out(`${username} is signed out everywhere: sessions and refresh tokens have ended\n`);
  return 0;
}

async function change(
  values: OptionValues,
  terminal: Terminal,
  { username, change: act }: { username: string; change: typeof disableUser },
): Promise<void> {
  const isDone = await withService(values, terminal, ({ service }) => act(service, username));
  if (!isDone) throw new Stop(`there is no user "${username}"`);
}
