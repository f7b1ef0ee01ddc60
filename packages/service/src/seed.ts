import type { User } from '@ostiary/model';
import { draft } from '@ostiary/protocol';
import type { Service } from './service.ts';
import type { SeedUser } from './settings.ts';
import { carryOut } from './settle.ts';

/**
 * Makes the store agree with the configuration: clients that stand in it are served, all others are disabled and their grants
 * over; users that are not there yet are created. For the server alone: a command that reads another file must not do this.
 */
export async function applyConfiguration(service: Service): Promise<void> {
  const { settings, store, clock, log } = service;
  const ids = settings.clients.map((client) => client.metadata.client_id);
  const { enabled, disabled } = await store.clients.sync(ids, clock.now());
  for (const id of enabled) log.info('client_enabled', { client: id });
  for (const id of disabled) log.warn('client_disabled', { client: id });
  await seedUsers(service);
}

/** Users that are there keep their password. */
async function seedUsers(service: Service): Promise<void> {
  for (const seed of service.settings.users) {
    const known = await service.store.users.findByUsername(normalUsername(seed.username));
    if (known === undefined) await addUser(service, seed);
  }
}

/** Creates a user. `false` when the username is taken. */
export async function addUser(service: Service, { username, password, claims }: SeedUser): Promise<boolean> {
  const row: User = {
    id: service.draw.userId(),
    username: normalUsername(username),
    passwordHash: await service.passwords.hash(password),
    claims,
    epoch: 0,
    isDisabled: false,
    createdAtMs: service.clock.now(),
  };
  const plan = draft({ inserts: [{ kind: 'user', row }], events: [{ kind: 'user_created', userId: row.id }] });
  const answer = await carryOut(service, plan, service.draw.handle());
  return answer.ok;
}

/** Usernames are compared without regard to case or to how accents are composed. */
export function normalUsername(username: string): string {
  return username.normalize('NFC').trim().toLowerCase();
}
