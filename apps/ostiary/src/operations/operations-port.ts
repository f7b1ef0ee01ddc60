import type { Composition } from '../compose.ts';
import { Stop } from '../stop.ts';
import { serveOperations } from './page.ts';
import type { Insight, OperationsPage } from './page.ts';

const usualPort = 4090;

/**
 * Opens the port for operators, if there is to be one. A port in use is told, and fatal only where the configuration names it:
 * several servers may stand side by side that ask for none. Throws `Stop`.
 * @param serverPort where the server was asked to listen; 0 = on a free port, and then the one for operators is free too
 */
export async function openOperationsPort(
  { configuration, log }: Pick<Composition, 'configuration' | 'log'>,
  serverPort: number,
  insight: Insight,
): Promise<OperationsPage | undefined> {
  const { host, port: wanted } = configuration.operations;
  const port = wanted ?? (serverPort === 0 ? 0 : usualPort);
  if (port === 'off') return undefined;
  try {
    const page = await serveOperations({ host, port }, insight);
    log.info('operations_listening', { host: page.host, port: page.port });
    return page;
  } catch (fault) {
    const isNamed = wanted !== undefined && !configuration.settings.isDevelopment;
    if (!(fault instanceof Stop) || isNamed) throw fault;
    log.warn('operations_not_listening', { host, port });
    return undefined;
  }
}
