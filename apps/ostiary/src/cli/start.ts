import cluster from 'node:cluster';
import { describe } from '../config/problem.ts';
import type { Insight } from '../operations/page.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readHouse } from './house.ts';
import { numberOption } from './number-option.ts';
import { openServing } from './serving.ts';
import type { Serving, Start } from './serving.ts';
import type { Terminal } from './terminal.ts';
import { toldToStop } from './told-to-stop.ts';

/**
 * Runs the server until it is told to stop: SIGTERM or SIGINT let it finish, a second one ends it at once. SIGHUP, or a change
 * of its file, makes it read the configuration again.
 */
export async function start(values: OptionValues, terminal: Terminal): Promise<number> {
  const port = numberOption(values, 'port', { min: 0, max: 65_535 });
  const size = numberOption(values, 'workers', { min: 1, max: 64 });
  const house = await readHouse(values, terminal);
  const { configuration } = house;
  const address = {
    host: textOf(values, 'host') ?? configuration.listen.host,
    port: port ?? configuration.listen.port,
  };
  const starting = { house, values, terminal, address };
  if (cluster.isWorker) return (await import('./start-worker.ts')).startWorker(starting);
  for (const warning of configuration.warnings) terminal.err(`ostiary: warning: ${describe(warning)}\n`);
  if (size !== undefined) return (await import('./start-workers.ts')).startWorkers(starting, size);
  return startAlone(starting);
}

async function startAlone(starting: Start): Promise<number> {
  const { house, terminal, address } = starting;
  const { configuration, log } = house;
  const { issuer, isDevelopment } = configuration.settings;
  // From the first request on: whoever sees the server answer may tell it to stop at once.
  const told = toldToStop();
  const serving = await openServing(starting);
  if (isDevelopment) log.warn('development_mode', { issuer });
  log.info('listening', { host: serving.node.host, port: serving.node.port, issuer });
  const page = await openPage(serving, house, address.port);
  // In development SIGHUP is what it is elsewhere: the terminal was closed, and the server goes with it.
  if (!isDevelopment) process.on('SIGHUP', () => void serving.reloader.reload());
  terminal.out(`Ostiary ready on ${issuer}\n`);

  log.info('stopping', { signal: await told });
  await serving.stop();
  await page?.close();
  log.info('stopped');
  return 0;
}

async function openPage({ node, metrics, stop }: Serving, house: Start['house'], serverPort: number) {
  if (metrics === undefined) return undefined;
  const { openOperationsPort } = await import('../operations/operations-port.ts');
  const { registry } = metrics;
  const insight: Insight = {
    readiness: () => node.readiness(),
    metrics: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
  try {
    return await openOperationsPort(house, serverPort, insight);
  } catch (fault) {
    await stop();
    throw fault;
  }
}
