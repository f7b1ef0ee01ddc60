import type { RunningNode } from '../running-node.ts';
import type { Metrics } from './metrics.ts';
import { isMessage } from './worker-messages.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/**
 * Resolves when the first process says so. Ctrl-C on a terminal reaches every process at once: a worker leaves it to the first
 * one. SIGTERM to one worker alone stops that one.
 */
export function toldByFirstProcess(): Promise<NodeJS.Signals> {
  process.on('SIGINT', () => undefined);
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.on('message', (message) => {
      if (isMessage<ToWorker>(message) && message.tell === 'stop') resolve('SIGTERM');
    });
  });
}

/** Answers the first process: how this worker is, and that it should read its configuration again. */
export function reportToFirstProcess(
  node: Pick<RunningNode, 'readiness' | 'host' | 'port'>,
  metrics: Metrics | undefined,
  reload: () => void,
): void {
  process.on('message', (message) => {
    if (!isMessage<ToWorker>(message)) return;
    if (message.tell === 'reload') reload();
    if (message.tell === 'status') void report(message.id, node, metrics);
  });
  send({ tell: 'listening', host: node.host, port: node.port });
}

async function report(id: number, node: Pick<RunningNode, 'readiness'>, metrics: Metrics | undefined): Promise<void> {
  const collected = (await metrics?.registry.getMetricsAsJSON()) ?? [];
  send({ tell: 'status', id, readiness: node.readiness(), metrics: collected });
}

function send(message: FromWorker): void {
  // The first process may just be gone; then this one ends too.
  process.send?.(message, undefined, undefined, () => undefined);
}
