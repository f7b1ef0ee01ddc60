import { reportToFirstProcess, toldByFirstProcess } from '../operations/worker.ts';
import { openServing } from './serving.ts';
import type { Start } from './serving.ts';

/** One of the processes of `start --workers`: serves as any server does; the first process speaks for all. */
export async function startWorker(starting: Start): Promise<number> {
  const { log, configuration } = starting.house;
  const told = toldByFirstProcess();
  const serving = await openServing(starting);
  const { node, metrics, reloader } = serving;
  log.info('listening', { host: node.host, port: node.port, issuer: configuration.settings.issuer });
  reportToFirstProcess(node, metrics, () => void reloader.reload());

  log.info('stopping', { signal: await told });
  await serving.stop();
  log.info('stopped');
  return 0;
}
