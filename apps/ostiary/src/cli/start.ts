import { describe } from '../config/problem.ts';
import { runNode } from '../running-node.ts';
import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readHouse } from './house.ts';
import type { Terminal } from './terminal.ts';
import { toldToStop } from './told-to-stop.ts';

/** Runs the server until it is told to stop: SIGTERM or SIGINT let it finish, a second one ends it at once. */
export async function start(values: OptionValues, terminal: Terminal): Promise<number> {
  const port = portOf(values);
  const house = await readHouse(values, terminal);
  const { configuration, log } = house;
  const { issuer, isDevelopment } = configuration.settings;
  for (const warning of configuration.warnings) terminal.err(`ostiary: warning: ${describe(warning)}\n`);
  // From the first request on: whoever sees the server answer may tell it to stop at once.
  const told = toldToStop();
  const node = await runNode(house, {
    host: textOf(values, 'host') ?? configuration.listen.host,
    port: port ?? configuration.listen.port,
  });
  if (isDevelopment) log.warn('development_mode', { issuer });
  log.info('listening', { host: node.host, port: node.port, issuer });
  terminal.out(`Ostiary ready on ${issuer}\n`);

  const signal = await told;
  log.info('stopping', { signal });
  await node.stop();
  log.info('stopped');
  return 0;
}

function portOf(values: OptionValues): number | undefined {
  const text = textOf(values, 'port');
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Stop(`--port must be a number from 0 to 65535, not "${text}"`, { exitCode: 2 });
}
