import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Log } from '@ostiary/service';
import { restartDelayMs } from './restart-delay.ts';
import { isMessage } from './worker-messages.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export type Status = Extract<FromWorker, { tell: 'status' }>;

export interface CrewParts {
  size: number;
  /** How long a worker may take to stop before it is ended by force. */
  stopWithinMs: number;
  log: Log;
}

const statusWithinMs = 2_000;

/** The workers of one machine: as many as asked for, each a process of its own. One that ends is replaced, the others go on. */
export class Crew {
  readonly #parts: CrewParts;
  /** Workers that listen. */
  readonly #listening = new Set<Worker>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopping = false;
  #crashesInARow = 0;
  #asked = 0;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /** Resolves when all workers listen; with the exit code of one that ended before any listened. */
  start(): Promise<number | undefined> {
    const { size } = this.#parts;
    const started = Promise.withResolvers<number | undefined>();
    cluster.on('message', (worker, message: unknown) => {
      if (!isMessage<FromWorker>(message) || message.tell !== 'listening') return;
      this.#listening.add(worker);
      if (this.#listening.size === size) started.resolve(undefined);
    });
    const startedAtMs = new Map<number, number>();
    cluster.on('fork', (worker) => startedAtMs.set(worker.id, performance.now()));
    cluster.on('exit', (worker, code, signal) => {
      const hasListened = this.#listening.delete(worker);
      const livedMs = performance.now() - (startedAtMs.get(worker.id) ?? 0);
      startedAtMs.delete(worker.id);
      if (this.#isStopping) return;
      // What one worker cannot do at the first start no other can: the configuration, the database or the port is wrong.
      if (!hasListened && this.#listening.size === 0) started.resolve(code === 0 ? 1 : code);
      this.#replace({ code, signal, livedMs });
    });
    for (let index = 0; index < size; index += 1) cluster.fork();
    return started.promise;
  }

  /** How every worker is; absent for one that does not say so in time. */
  async statuses(): Promise<(Status | undefined)[]> {
    const statuses = await Promise.all([...this.#listening].map((worker) => this.#ask(worker)));
    const missing = this.#parts.size - statuses.length;
    return [...statuses, ...Array.from({ length: Math.max(0, missing) }, () => undefined)];
  }

  reload(): void {
    for (const worker of this.#listening) tell(worker, { tell: 'reload' });
  }

  /** Resolves when every worker has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        const ended = once(worker, 'exit');
        tell(worker, { tell: 'stop' });
        const force = setTimeout(() => worker.process.kill('SIGKILL'), this.#parts.stopWithinMs);
        await ended;
        clearTimeout(force);
      }),
    );
  }

  #replace({ code, signal, livedMs }: { code: number | null; signal: string | null; livedMs: number }): void {
    const next = restartDelayMs(livedMs, this.#crashesInARow);
    this.#crashesInARow = next.crashesInARow;
    this.#parts.log.error('worker_ended', { exitCode: code ?? undefined, signal: signal ?? undefined });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      cluster.fork();
    }, next.delayMs);
    this.#timers.add(timer);
  }

  #ask(worker: Worker): Promise<Status | undefined> {
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      const finish = (status: Status | undefined) => {
        clearTimeout(timer);
        worker.off('message', onMessage);
        resolve(status);
      };
      const onMessage = (message: unknown) => {
        if (isMessage<FromWorker>(message) && message.tell === 'status' && message.id === id) finish(message);
      };
      const timer = setTimeout(() => finish(undefined), statusWithinMs);
      worker.on('message', onMessage);
      tell(worker, { tell: 'status', id });
    });
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // A worker that has just ended hears nothing.
  worker.send(message, () => undefined);
}
