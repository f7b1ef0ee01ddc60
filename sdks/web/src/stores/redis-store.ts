import type { SessionStore } from './session-store.ts';

/** Sends one command: `(...command) => client.sendCommand(command)` of `redis`, `(name, ...rest) => client.call(name, ...rest)` of `ioredis`. */
export type RedisCommand = (name: string, ...rest: string[]) => Promise<unknown>;

/**
 * Sessions in Redis, Valkey and what speaks like them, clusters too: each command and script touches one key. Redis forgets by
 * itself what is over. It keeps what it acknowledged as well as its persistence and replication are set up to.
 *
 * @param send sends one command with the app's own client
 * @param options.prefix before all keys; default `ostiary:`
 */
export function redisStore(
  send: RedisCommand,
  { prefix = 'ostiary:', now = Date.now }: { prefix?: string; now?: () => number } = {},
): SessionStore {
  const entryKey = (key: string) => `${prefix}session:${key}`;
  const tagKey = (tag: string) => `${prefix}tag:${tag}`;
  return {
    async read(key) {
      const fields = await send('HMGET', entryKey(key), 'version', 'value', 'end', 'tags');
      const [version, value, end, tags] = (fields as Array<string | null>).map(String);
      if (value === undefined || value === 'null' || Number(end) <= now()) return undefined;
      return {
        version: Number(version),
        value,
        expiresAtMs: Number(end),
        tags: (tags ?? '').split(' ').filter(Boolean),
      };
    },
    async replace(key, seen, { value, expiresAtMs, tags }) {
      // First, so that no entry stands that its tags do not lead to; one that leads nowhere does no harm.
      for (const tag of tags) {
        await send('SADD', tagKey(tag), key);
        await send('EVAL', lastLonger, '1', tagKey(tag), String(expiresAtMs), String(now()));
      }
      const values = [String(seen), value, String(expiresAtMs), tags.join(' '), String(now())];
      return Number(await send('EVAL', compareAndSet, '1', entryKey(key), ...values)) === 1;
    },
    touch: async (key, expiresAtMs) =>
      void (await send('EVAL', moveEnd, '1', entryKey(key), String(expiresAtMs), String(now()))),
    remove: async (key) => void (await send('DEL', entryKey(key))),
    async removeTagged(tag) {
      const keys = (await send('SMEMBERS', tagKey(tag))) as string[];
      let removed = 0;
      for (const key of keys) {
        removed += Number(await send('DEL', entryKey(key)));
        await send('SREM', tagKey(tag), key);
      }
      return removed;
    },
  };
}

const compareAndSet = `
local last = redis.call('HGET', KEYS[1], 'end')
local version = 0
if last and tonumber(last) > tonumber(ARGV[5]) then version = tonumber(redis.call('HGET', KEYS[1], 'version')) end
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', tostring(version + 1), 'value', ARGV[2], 'end', ARGV[3], 'tags', ARGV[4])
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
return 1`;

const moveEnd = `
local last = redis.call('HGET', KEYS[1], 'end')
if not last or tonumber(last) <= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'end', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1`;

/** A tag lasts as long as the last of its entries may. */
const lastLonger = `
local left = redis.call('PTTL', KEYS[1])
if left < tonumber(ARGV[1]) - tonumber(ARGV[2]) then redis.call('PEXPIREAT', KEYS[1], ARGV[1]) end
return 1`;
