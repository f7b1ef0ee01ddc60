import type { Store } from '@ostiary/storage';
import type { SigningAlg } from '@ostiary/wire';
import { drawFrom } from './draw.ts';
import { Keyring } from './keys/keyring.ts';
import { Limiter } from './limiter.ts';
import { idTokenSeconds } from './mint.ts';
import { PasswordPool } from './passwords.ts';
import type { Clock, KeyWrapper, Log, Random } from './ports.ts';
import { RetryCounter } from './retry-counter.ts';
import type { Service } from './service.ts';
import type { Settings } from './settings.ts';

export interface ServiceDependencies {
  settings: Settings;
  store: Store;
  clock: Clock;
  random: Random;
  keyWrapper: KeyWrapper;
  log: Log;
}

/** Opens the keys and stands ready. What the configuration says of clients and users is applied apart: `applyConfiguration`. */
export async function createService(dependencies: ServiceDependencies): Promise<Service> {
  const { settings, store, clock, random, keyWrapper, log } = dependencies;
  const draw = drawFrom(random);
  const keyring = await Keyring.open({
    keys: store.keys,
    keyWrapper,
    clock,
    random,
    log,
    algs: algsInUse(settings),
    longestTokenSeconds: longestTokenSeconds(settings),
  });
  const service: Service = {
    settings,
    store,
    clock,
    log,
    draw,
    keyring,
    passwords: new PasswordPool(random),
    clients: new Map(settings.clients.map((client) => [client.metadata.client_id, client])),
    catalogue: new Map(settings.apis.map((api) => [api.identifier, api])),
    restoreEpoch: await store.upkeep.restoreEpoch(),
    retries: new RetryCounter(clock),
    limits: {
      signInPerAccount: new Limiter(clock, { capacity: 5, perMinute: 5 }),
      signInPerAddress: new Limiter(clock, { capacity: 20, perMinute: 20 }),
      clientErrors: new Limiter(clock, { capacity: 30, perMinute: 30 }),
    },
  };
  return service;
}

/** ES256 and RS256 always (RFC 9068 section 4, OpenID Connect Core 15.1), and what the configuration names. */
function algsInUse({ apis, clients }: Settings): SigningAlg[] {
  const named = [
    ...apis.map((api) => api.accessTokenAlg),
    ...clients.map((client) => client.metadata.id_token_signed_response_alg),
  ];
  return [...new Set<SigningAlg>(['ES256', 'RS256', ...named])];
}

function longestTokenSeconds({ apis }: Settings): number {
  return Math.max(
    idTokenSeconds,
    3600,
    ...apis.flatMap((api) => [api.accessTokenSeconds, api.accessTokenBrowserSeconds]),
  );
}
