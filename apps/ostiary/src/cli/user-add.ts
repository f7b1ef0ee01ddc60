import { addUser } from '@ostiary/service';
import { comparedUsername } from '../config/compared-username.ts';
import { describe } from '../config/problem.ts';
import { checkClaims, passwordFault } from '../config/rules/users.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { withService } from './house.ts';
import { readPassword } from './password.ts';
import type { Terminal } from './terminal.ts';
import { usernameOf } from './username.ts';

/** The password never stands on the command line, where other users and the shell's history see it. */
export async function addOneUser(values: OptionValues, terminal: Terminal): Promise<number> {
  const username = usernameOf(values, 'user add');
  const claims = claimsOf(values);
  await withService(values, terminal, async ({ service }) => {
    const taken = new Stop(`there is a user "${username}" already`);
    if ((await service.store.users.findByUsername(comparedUsername(username))) !== undefined) throw taken;
    const password = await readPassword(terminal);
    const fault = passwordFault(password);
    if (fault !== undefined) throw new Stop(`the password ${fault}`);
    if (!(await addUser(service, { username, password, claims }))) throw taken;
  });
  terminal.out(`${username} is added\n`);
  return 0;
}

function claimsOf(values: OptionValues): Record<string, unknown> {
  const text = textOf(values, 'claims');
  if (text === undefined) return {};
  const claims = parseObject(text);
  if (claims === undefined) throw new Stop(`--claims must be a JSON object, such as '{"name":"Ada"}'`, { exitCode: 2 });
  const [problem] = checkClaims(claims, '--claims');
  if (problem !== undefined) throw new Stop(describe(problem), { exitCode: 2 });
  return claims;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
