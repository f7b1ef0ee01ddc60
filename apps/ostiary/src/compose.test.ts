import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from './clock.ts';
import { applyConfiguration, type Log } from '@ostiary/service';
import { openService } from './compose.ts';
import type { Composition } from './compose.ts';
import { completed } from './config/config.fixture.ts';
import { startUpkeep } from './upkeep.ts';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-compose-'));
after(() => rmSync(folder, { recursive: true }));

const errors: string[] = [];
const log: Log = { info: () => undefined, warn: () => undefined, error: (event) => void errors.push(event) };

function composition(change: Partial<Composition> = {}): Composition {
  return {
    configuration: completed({ storage: 'sqlite::memory:' }),
    masterKey: randomBytes(32),
    clock: systemClock,
    log,
    ...change,
  };
}

test('the same database and master key have the same keys after a restart', async () => {
  const parts = composition({ configuration: completed({ storage: `sqlite:${join(folder, 'kept.db')}` }) });
  const first = await openService(parts);
  const jwks = first.service.keyring.jwks();
  await first.close();
  const second = await openService(parts);
  assert.deepEqual(second.service.keyring.jwks(), jwks);
  await second.close();
});

test('a user of the configuration is created once and keeps the password of that time', async () => {
  const storage = `sqlite:${join(folder, 'users.db')}`;
  const masterKey = randomBytes(32);
  const withPassword = (password: string) =>
    composition({ masterKey, configuration: completed({ storage, users: [{ username: 'Ada', password }] }) });
  const first = await openService(withPassword('four words and more'));
  await applyConfiguration(first.service);
  const created = await first.service.store.users.findByUsername('ada');
  await first.close();
  assert.ok(created?.passwordHash);
  const second = await openService(withPassword('four other words here'));
  await applyConfiguration(second.service);
  assert.deepEqual(await second.service.store.users.findByUsername('ada'), created);
  await second.close();
});

test('housekeeping runs every minute, one round at a time, and survives a round that fails', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { service, close } = await openService(composition());
  let rounds = 0;
  const { removeExpired } = service.store.upkeep;
  const waiting = Promise.withResolvers<number>();
  const answers = [() => waiting.promise, () => Promise.reject(new RangeError('broken')), () => Promise.resolve(0)];
  service.store.upkeep.removeExpired = () => (answers[rounds++] ?? answers[2]!)();
  const upkeep = startUpkeep({ service: () => service, isClockRight: () => true });

  t.mock.timers.tick(60_000);
  await nextTurn();
  t.mock.timers.tick(60_000);
  await nextTurn();
  assert.equal(rounds, 1, 'the second tick finds the first round still running');
  waiting.resolve(0);
  await nextTurn();
  t.mock.timers.tick(60_000);
  await nextTurn();
  t.mock.timers.tick(60_000);
  await upkeep.stop();
  assert.deepEqual([rounds, errors], [3, ['upkeep_failed']]);
  t.mock.timers.tick(60_000);
  assert.equal(rounds, 3, 'nothing runs after the end');
  service.store.upkeep.removeExpired = removeExpired;
  await close();
});

/** Lets every promise that can settle do so. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
