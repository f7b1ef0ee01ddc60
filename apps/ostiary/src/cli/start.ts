import type { TestClock } from '@ostiary/http';
import { applyConfiguration } from '@ostiary/service';
import { openService } from '../compose.ts';
import type { Composition, OpenService } from '../compose.ts';
import { describe } from '../config/problem.ts';
import { serve } from '../serve.ts';
import type { Served } from '../serve.ts';
import { messageOf, Stop } from '../stop.ts';
import { startUpkeep } from '../upkeep.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';
import { readHouse } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Runs the server until it is told to stop: SIGTERM or SIGINT let it finish, a second one ends it at once. */
export async function start(values: OptionValues, terminal: Terminal): Promise<number> {
  const port = portOf(values);
  const house = await readHouse(values, terminal);
  const { configuration, log } = house;
  const { issuer, isDevelopment } = configuration.settings;
  for (const warning of configuration.warnings) terminal.err(`ostiary: warning: ${describe(warning)}\n`);
  const open = await openService(house);
  await applyConfiguration(open.service);
  // From the first request on: whoever sees the server ready may tell it to stop at once.
  const told = toldToStop();
  const served = await listen(house, open, {
    host: textOf(values, 'host') ?? configuration.listen.host,
    port: port ?? configuration.listen.port,
  });
  const upkeep = startUpkeep(open.service);
  if (isDevelopment) log.warn('development_mode', { issuer });
  log.info('listening', { host: served.host, port: served.port, issuer });
  terminal.out(`Ostiary ready on ${issuer}\n`);

  const signal = await told;
  log.info('stopping', { signal });
  await served.close();
  await upkeep.stop();
  await open.close();
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

/** Puts the HTTP face on an open service. Closes the service when there is nowhere to listen. */
async function listen(
  { configuration, clock, log }: Composition,
  open: OpenService,
  address: { host: string; port: number },
): Promise<Served> {
  try {
    const { createHandler } = await import('@ostiary/http');
    const { theme, trustedProxies } = configuration;
    const handler = createHandler({
      service: open.service,
      ...(theme && { theme }),
      ...(isTestClock(clock) && { testClock: clock }),
    });
    return await serve(handler, { ...address, trustedProxies }, log);
  } catch (fault) {
    await open.close();
    // The pages know their design tokens, and say which of the theme's are none.
    if (fault instanceof TypeError && fault.message.startsWith('theme.')) throw new Stop(messageOf(fault));
    throw fault;
  }
}

function isTestClock(clock: Composition['clock']): clock is TestClock {
  return 'advance' in clock;
}

/** The first signal. The next one finds no listener, and ends the process as signals do. */
function toldToStop(): Promise<NodeJS.Signals> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      for (const each of signals) process.off(each, onSignal);
      resolve(signal);
    };
    for (const each of signals) process.on(each, onSignal);
  });
}
