import type { MetricObject } from 'prom-client';
import type { Readiness } from './readiness.ts';

/** What the first process tells a worker. */
export type ToWorker = { tell: 'stop' } | { tell: 'reload' } | { tell: 'status'; id: number };

/** What a worker tells the first process. */
export type FromWorker =
  | { tell: 'listening'; host: string; port: number }
  | { tell: 'status'; id: number; readiness: Readiness; metrics: MetricObject[] };

/** What is no message of ours is nobody's business here. */
export function isMessage<Message extends ToWorker | FromWorker>(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'tell' in message;
}
