import { createLocalJWKSet, errors } from 'jose';
import type { CompactVerifyGetKey, JSONWebKeySet } from 'jose';
import type { Settings } from '../settings.ts';
import { readJson } from './read-json.ts';

export interface Keys {
  /** Finds the provider's key for a signature; one that is not known yet is looked for at most twice a minute. */
  find: CompactVerifyGetKey;
}

const coolDownMs = 30_000;

/** The provider's public keys. When they cannot be read anew, those that were read stay good. */
export function openKeys(settings: Settings, address: () => Promise<string>): Keys {
  let known: ReturnType<typeof createLocalJWKSet> | undefined;
  let readAtMs = -Infinity;
  let reading: Promise<void> | undefined;
  const read = async () => {
    readAtMs = settings.environment.now();
    known = createLocalJWKSet((await readJson(settings, await address())) as JSONWebKeySet);
  };
  const readOnce = () => (reading ??= read().finally(() => (reading = undefined)));
  return {
    async find(header, token) {
      if (known === undefined) await readOnce();
      try {
        return await wanted(known)(header, token);
      } catch (fault) {
        const isFresh = Math.abs(settings.environment.now() - readAtMs) < coolDownMs;
        if (!(fault instanceof errors.JWKSNoMatchingKey) || isFresh) throw fault;
      }
      await readOnce().catch(() => undefined);
      return wanted(known)(header, token);
    },
  };
}

function wanted<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new errors.JWKSNoMatchingKey();
  return value;
}
