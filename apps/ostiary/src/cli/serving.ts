import type { Composition } from '../compose.ts';
import { LaidOver } from '../development-overlay.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Metrics } from '../operations/metrics.ts';
import { Reloader } from '../operations/reload.ts';
import { runNode } from '../running-node.ts';
import type { RunningNode } from '../running-node.ts';
import type { OptionValues } from './command.ts';
import { checkConfiguration, configPathOf, readConfiguration } from './house.ts';
import type { Terminal } from './terminal.ts';

/** What a command line asks to be started. */
export interface Start {
  house: Composition;
  values: OptionValues;
  terminal: Terminal;
  address: { host: string; port: number };
}

/** A server that listens, and follows its configuration file. */
export interface Serving {
  node: RunningNode;
  /** Absent when nobody is to look at them. */
  metrics: Metrics | undefined;
  reloader: Reloader;
  stop(): Promise<void>;
}

export async function openServing({ house, values, terminal, address }: Start): Promise<Serving> {
  const metrics = await metricsFor(house);
  const inForce = {
    current: () => node.configuration(),
    apply: (configuration: Configuration) => node.apply(configuration),
  };
  const overlay = new LaidOver({
    ...inForce,
    check: (laid) => checkConfiguration(values, terminal, laid),
    inTurn: (work) => reloader.inTurn(work),
  });
  const { isDevelopment } = house.configuration.settings;
  const node = await runNode({ ...house, ...(isDevelopment && { overlay }) }, address, metrics);
  const reloader = new Reloader({
    ...inForce,
    path: configPathOf(values, terminal.cwd),
    read: () => readConfiguration(values, terminal, overlay.laid()),
    complain: (message) => terminal.err(`ostiary: ${message}\n`),
    reloaded: (outcome) => metrics?.reloaded(outcome),
    log: house.log,
  });
  reloader.start();
  return {
    node,
    metrics,
    reloader,
    async stop() {
      await reloader.stop();
      await node.stop();
    },
  };
}

async function metricsFor({ configuration }: Composition): Promise<Metrics | undefined> {
  if (configuration.operations.port === 'off') return undefined;
  const { createMetrics } = await import('../operations/metrics.ts');
  return createMetrics();
}
