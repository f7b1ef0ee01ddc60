import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { applyConfiguration, reconfigure } from '@ostiary/service';
import type { Service } from '@ostiary/service';
import type { Handler } from '@ostiary/http';
import { systemClock } from './clock.ts';
import { openService, patiently } from './compose.ts';
import type { Composition, OpenService } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import { makeFace } from './face.ts';
import { networkCourier } from './courier.ts';
import { configurationDigest } from './operations/configuration-digest.ts';
import { startLogoutRounds } from './logout-rounds.ts';
import { levelsOf } from './operations/levels.ts';
import type { Metrics } from './operations/metrics.ts';
import { Pulse } from './operations/pulse.ts';
import { readinessOf } from './operations/readiness.ts';
import type { Readiness } from './operations/readiness.ts';
import { systemRandom } from './random.ts';
import { serve } from './serve.ts';
import { startUpkeep } from './upkeep.ts';
import { programVersion } from './version.ts';

/** One server of the program, listening. */
export interface RunningNode {
  host: string;
  /** The port in use: another than asked for when that was 0. */
  port: number;
  /** The configuration in force. */
  configuration(): Configuration;
  readiness(): Readiness;
  /** Puts a checked configuration in force for requests that begin from now on, or throws and leaves everything as it is. */
  apply(configuration: Configuration): Promise<void>;
  /**
   * Not ready any more, goes on for the time that the configuration says, takes no new connections, finishes what it has begun,
   * writes what was put off, and closes the store.
   */
  stop(): Promise<void>;
}

/** At least so long each answer asks its client to go elsewhere, before connections are closed. */
const leastDrainMs = 250;

/** A server of the program without a port: whoever has it brings the requests. */
export interface OpenNode extends Pick<RunningNode, 'configuration' | 'readiness' | 'apply'> {
  face: Handler;
  service(): Service;
  /** Not ready any more, while requests are still answered. */
  retire(): void;
  /** Writes what was put off, and closes the store. */
  close(): Promise<void>;
}

/** Opens the store, brings it into line with the configuration, and listens. Leaves nothing open when it throws. */
export async function runNode(
  house: Composition,
  address: { host: string; port: number },
  metrics?: Metrics,
): Promise<RunningNode> {
  const node = await openNode(house, metrics);
  try {
    return await serveOn(node, house, address);
  } catch (fault) {
    await node.close();
    throw fault;
  }
}

/** Opens the store and brings it into line with the configuration. Leaves nothing open when it throws. */
export async function openNode(house: Composition, metrics?: Metrics): Promise<OpenNode> {
  const open = await openService({ ...house, ...(metrics && { metrics }) }, { standsBy: true });
  try {
    return await standUp(open, house, metrics);
  } catch (fault) {
    await open.close();
    throw fault;
  }
}

/** What requests that begin now are answered by. */
interface Current {
  service: Service;
  face: Handler;
  configuration: Configuration;
}

async function serveOn(
  node: OpenNode,
  { configuration, log }: Composition,
  address: { host: string; port: number },
): Promise<RunningNode> {
  const { trustedProxies } = configuration;
  const served = await serve(node.face, { ...address, trustedProxies }, log);
  return {
    host: served.host,
    port: served.port,
    configuration: node.configuration,
    readiness: node.readiness,
    apply: node.apply,
    async stop() {
      served.drain();
      node.retire();
      await pause(Math.max(leastDrainMs, configuration.operations.drainSeconds * 1000));
      // What has just arrived is accepted and read first: it would be cut off unanswered.
      await nextTurn();
      await served.close();
      await node.close();
    },
  };
}

async function standUp(open: OpenService, house: Composition, metrics: Metrics | undefined): Promise<OpenNode> {
  let current = await patiently(house, () => inForce(open.service, house));
  const pulse = await startPulse(house, () => current);
  let isStopping = false;
  const readiness = () => readinessOf(pulse.vitals(), { isStopping, nowMs: performance.now() });
  metrics?.watch(() => levelsOf(current.service, pulse.vitals(), readiness()));
  pulse.start();
  const upkeep = startUpkeep({
    service: () => current.service,
    isClockRight: () => pulse.vitals().clock?.isRight === true,
  });
  const logouts = startLogoutRounds({ service: () => current.service, courier: networkCourier() });
  return {
    face: (request, peer) => current.face(request, peer),
    service: () => current.service,
    configuration: () => current.configuration,
    readiness,
    async apply(next) {
      const service = await reconfigure(current.service, next.settings);
      current = await inForce(service, { ...house, configuration: next });
      void pulse.beat();
    },
    retire() {
      isStopping = true;
      // Streams have no end of their own: their readers go to another node at once.
      current.service.feed.close();
    },
    async close() {
      await Promise.all([upkeep.stop(), logouts.stop()]);
      await pulse.stop();
      await open.close();
    },
  };
}

/** Waits until its keys may sign, makes its pages, and brings the rows into line with the configuration. */
async function inForce(service: Service, house: Composition): Promise<Current> {
  const waitMs = service.keyring.readyFromMs() - service.clock.now();
  if (waitMs > 0) {
    house.log.info('waiting_for_key', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    await pause(waitMs);
  }
  const face = await makeFace(service, house);
  await applyConfiguration(service);
  return { service, face, configuration: house.configuration };
}

async function startPulse({ log }: Composition, current: () => Current): Promise<Pulse> {
  const id = Buffer.from(systemRandom.bytes(12)).toString('base64url');
  const pulse = new Pulse({
    service: () => current().service,
    configuration: () => configurationDigest(current().configuration),
    node: { id, startedAtMs: systemClock.now(), version: await programVersion() },
    wall: systemClock,
    monotonicMs: () => performance.now(),
    log,
  });
  await pulse.beat();
  return pulse;
}
