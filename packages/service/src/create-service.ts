import type { Store } from '@ostiary/storage';
import type { SigningAlg } from '@ostiary/wire';
import { drawFrom } from './draw.ts';
import { Keyring, type KeyNeeds } from './keys/keyring.ts';
import { Limiter } from './limiter.ts';
import { idTokenSeconds } from './mint.ts';
import { PasswordPool } from './passwords.ts';
import type { Clock, KeyWrapper, Log, Meter, Random, Timer } from './ports.ts';
import { RetryCounter } from './retry-counter.ts';
import { openFeed } from './revocations/open-feed.ts';
import { admissibleNames } from './revocations/reader.ts';
import type { Service } from './service.ts';
import type { Settings } from './settings.ts';
import { systemTimer } from './system-timer.ts';

export interface ServiceDependencies {
  settings: Settings;
  store: Store;
  clock: Clock;
  random: Random;
  keyWrapper: KeyWrapper;
  log: Log;
  /** Default: nothing is counted. */
  meter?: Meter;
  /** Default: the time of this process. */
  timer?: Timer;
  /** How long the first key of an algorithm is published before it signs, where other nodes may serve already. Default 0. */
  firstKeyAheadMs?: number;
}

const silentMeter: Meter = {
  answered: () => undefined,
  refused: () => undefined,
  refreshed: () => undefined,
  triedToSignIn: () => undefined,
  toldOfLogout: () => undefined,
  published: () => undefined,
};

/** Opens the keys and stands ready. What the configuration says of clients and users is applied apart: `applyConfiguration`. */
export async function createService(dependencies: ServiceDependencies): Promise<Service> {
  const { settings, store, clock, random, keyWrapper, log, firstKeyAheadMs = 0 } = dependencies;
  const { meter = silentMeter, timer = systemTimer } = dependencies;
  const draw = drawFrom(random);
  const keyring = await Keyring.open({
    keys: store.keys,
    upkeep: store.upkeep,
    keyWrapper,
    clock,
    random,
    log,
    firstKeyAheadMs,
    ...keyNeeds(settings),
  });
  return {
    ...byConfiguration(settings),
    store,
    clock,
    log,
    meter,
    draw,
    keyring,
    passwords: new PasswordPool(random),
    retries: new RetryCounter(clock),
    feed: openFeed({ issuer: settings.issuer, id: draw.handle(), store, keyring, clock, timer, log, meter }),
    limits: { clientErrors: new Limiter(clock, { capacity: 30, perMinute: 30 }) },
  };
}

/**
 * The same service by another configuration, for requests that begin from now on; those in progress keep the one that they began
 * with. Keys that the new one needs are made; its rows are a matter of `applyConfiguration`. Who may not read the feed of
 * revocations any more is sent away.
 */
export async function reconfigure(service: Service, settings: Settings): Promise<Service> {
  await service.keyring.require(keyNeeds(settings));
  const configured = byConfiguration(settings);
  const admissible = admissibleNames(configured);
  service.feed.endThose((name) => !admissible.has(name));
  return { ...service, ...configured };
}

function byConfiguration(settings: Settings): Pick<Service, 'settings' | 'clients' | 'apis' | 'catalogue'> {
  return {
    settings,
    clients: new Map(settings.clients.map((client) => [client.metadata.client_id, client])),
    apis: new Map(settings.apis.map((api) => [api.identifier, api])),
    catalogue: new Map(settings.apis.map((api) => [api.identifier, api])),
  };
}

function keyNeeds(settings: Settings): KeyNeeds {
  const isStateless = settings.clients.some(({ metadata }) => metadata.refresh.stateless === true);
  return {
    algs: algsInUse(settings),
    macs: ['refresh', 'cookie', ...(isStateless ? (['stateless'] as const) : [])],
    longestTokenSeconds: longestTokenSeconds(settings),
  };
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
