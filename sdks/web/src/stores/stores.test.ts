import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import RedisMock from 'ioredis-mock';
import { memoryStore } from './memory-store.ts';
import { redisStore } from './redis-store.ts';
import type { RedisCommand } from './redis-store.ts';
import { sessionStoreContract } from './session-store.contract.fixture.ts';
import type { StoreUnderTest } from './session-store.contract.fixture.ts';
import type { SessionStore } from './session-store.ts';
import { sqliteStore } from './sqlite-store.ts';

/** Two ways to the same entries, on a clock that is moved by hand. */
function underTest(open: (now: () => number) => [SessionStore, SessionStore]): StoreUnderTest {
  let nowMs = Date.now();
  const now = () => nowMs;
  const [store, other] = open(now);
  return { store, other, now, advance: (ms) => void (nowMs += ms) };
}

let opened = 0;
const clients = [new RedisMock(), new RedisMock()] as const;

const kinds: Record<string, () => StoreUnderTest> = {
  memory: () =>
    underTest((now) => {
      const store = memoryStore({ now });
      return [store, store];
    }),
  SQLite: () =>
    underTest((now) => {
      opened += 1;
      const open = () => sqliteStore(new DatabaseSync(`file:sessions-${opened}?mode=memory&cache=shared`), { now });
      return [open(), open()];
    }),
  Redis: () =>
    underTest((now) => {
      opened += 1;
      const prefix = `test-${opened}:`;
      const open = (client: InstanceType<typeof RedisMock>) => {
        const send: RedisCommand = (name, ...rest) => Reflect.get(client, name.toLowerCase()).apply(client, rest);
        return redisStore(send, { now, prefix });
      };
      return [open(clients[0]), open(clients[1])];
    }),
};

for (const [kind, open] of Object.entries(kinds)) {
  describe(`a session store in ${kind}`, () => {
    for (const [name, check] of Object.entries(sessionStoreContract)) it(name, () => check(open()));
  });
}
