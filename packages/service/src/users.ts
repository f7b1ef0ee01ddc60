import { draft, planUserDisabling } from '@ostiary/protocol';
import { addUser, normalUsername } from './seed.ts';
import type { Service } from './service.ts';
import { carryOut } from './settle.ts';

export { addUser };

/** Whether a user is barred; undefined when there is no such user. */
export async function isUserDisabled({ store }: Service, username: string): Promise<boolean | undefined> {
  return (await store.users.findByUsername(normalUsername(username)))?.isDisabled;
}

/** Bars a user and ends everything that is theirs. `false` when there is no such user. */
export async function disableUser(service: Service, username: string): Promise<boolean> {
  const user = await service.store.users.findByUsername(normalUsername(username));
  if (user === undefined) return false;
  const answer = await carryOut(service, planUserDisabling(user.id, service.clock.now()), service.draw.handle());
  return answer.ok;
}

/** Lets a disabled user sign in again; what ended stays ended. */
export async function enableUser(service: Service, username: string): Promise<boolean> {
  const user = await service.store.users.findByUsername(normalUsername(username));
  if (user === undefined) return false;
  const plan = draft({
    touches: [{ kind: 'enable', userId: user.id }],
    events: [{ kind: 'user_enabled', userId: user.id }],
  });
  const answer = await carryOut(service, plan, service.draw.handle());
  return answer.ok;
}
