import type { Composition } from '../compose.ts';
import { Crew } from '../operations/crew.ts';
import { Stop } from '../stop.ts';
import type { Start } from './serving.ts';
import { toldToStop } from './told-to-stop.ts';

/** A worker finishes within 10 s what it has begun, and has a moment more to write what was put off. */
const finishWithinMs = 15_000;

/** `start --workers`: this process keeps the workers going and answers the operators; the workers serve. */
export async function startWorkers({ house, terminal, address }: Start, size: number): Promise<number> {
  assertMayWork(house);
  const { configuration, log } = house;
  const { issuer } = configuration.settings;
  const told = toldToStop();
  const crew = new Crew({ size, stopWithinMs: configuration.operations.drainSeconds * 1000 + finishWithinMs, log });
  let isStopping = false;
  const failed = await crew.start();
  if (failed !== undefined) {
    await crew.stop();
    return failed;
  }
  const page = await openPage(house, address.port, { crew, isStopping: () => isStopping });
  process.on('SIGHUP', () => crew.reload());
  log.info('workers_listening', { count: size, issuer });
  terminal.out(`Ostiary ready on ${issuer}\n`);

  log.info('stopping', { signal: await told });
  isStopping = true;
  await crew.stop();
  await page?.close();
  log.info('stopped');
  return 0;
}

function assertMayWork({ configuration }: Composition): void {
  if (configuration.settings.isDevelopment)
    throw new Stop('--workers does not go with --development, whose clock is that of one process', { exitCode: 2 });
  if (configuration.storage.kind === 'sqlite')
    throw new Stop(
      '--workers needs PostgreSQL: a SQLite file has one writer, and several processes would only wait for each other; ' +
        'start without --workers, or move the data by "ostiary promote"',
      { exitCode: 2 },
    );
}

async function openPage(
  house: Composition,
  serverPort: number,
  { crew, isStopping }: { crew: Crew; isStopping: () => boolean },
) {
  if (house.configuration.operations.port === 'off') return undefined;
  const [{ openOperationsPort }, { crewInsight }] = await Promise.all([
    import('../operations/operations-port.ts'),
    import('../operations/crew-insight.ts'),
  ]);
  try {
    return await openOperationsPort(house, serverPort, crewInsight(crew, isStopping));
  } catch (fault) {
    await crew.stop();
    throw fault;
  }
}
