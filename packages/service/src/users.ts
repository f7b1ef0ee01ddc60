import type { User } from '@ostiary/model';
import { draft, planSignOutEverywhere, planUserDisabling, type PlanDraft } from '@ostiary/protocol';
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
  return changeUser(service, username, ({ id }) => planUserDisabling(id, service.clock.now()));
}

/** Ends everything that is a user's, who may sign in again at once. `false` when there is no such user. */
export async function signOutUser(service: Service, username: string): Promise<boolean> {
  return changeUser(service, username, ({ id }) => planSignOutEverywhere(id, service.clock.now()));
}

/** Lets a disabled user sign in again; what ended stays ended. */
export async function enableUser(service: Service, username: string): Promise<boolean> {
  return changeUser(service, username, ({ id: userId }) =>
    draft({ touches: [{ kind: 'enable', userId }], events: [{ kind: 'user_enabled', userId }] }),
  );
}

async function changeUser(service: Service, username: string, plan: (user: User) => PlanDraft): Promise<boolean> {
  const user = await service.store.users.findByUsername(normalUsername(username));
  if (user === undefined) return false;
  const answer = await carryOut(service, plan(user), service.draw.handle());
  return answer.ok;
}
