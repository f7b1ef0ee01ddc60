import type { Clock, Log, Service } from '@ostiary/service';
import type { NodeState } from '@ostiary/storage';
import { compareNodes } from './agreement.ts';
import type { Agreement } from './agreement.ts';
import { lookAtClock } from './clock-look.ts';
import type { ClockLook } from './clock-look.ts';

export interface PulseParts {
  /** The service of the moment: another one after a change of the configuration. */
  service(): Service;
  /** Digest of the configuration in force. */
  configuration(): string;
  node: Pick<NodeState, 'id' | 'startedAtMs' | 'version'>;
  /** The clock of the machine, also where the service runs on a test clock. */
  wall: Clock;
  /** Milliseconds on a clock that nobody sets. */
  monotonicMs(): number;
  log: Log;
}

/** What a node knows of itself and of the others. Times are of the clock that nobody sets. */
export interface Vitals {
  /** When the store last answered all questions; absent before the first time. */
  storeAnsweredAtMs?: number;
  /** Absent before the first look. */
  didStoreAnswer?: boolean;
  keysReadAtMs?: number;
  clock?: ClockLook;
  nodes: NodeState[];
  agreement: Agreement;
}

const everyMs = 5_000;
/** A node that was silent three times is taken for gone; clocks of nodes may differ by 5 s. */
const silentMs = 20_000;

/** Every 5 seconds: does the store answer, is the clock right, what changed about the keys, who else is there. */
export class Pulse {
  readonly #parts: PulseParts;
  #vitals: Vitals = { nodes: [], agreement: { isOverdue: false } };
  #beating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  vitals(): Vitals {
    return this.#vitals;
  }

  start(): void {
    this.#timer = setInterval(() => void this.beat(), everyMs).unref();
  }

  /** Looks once. Never rejects; one look at a time. */
  beat(): Promise<void> {
    this.#beating ??= this.#look().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  /** Looks no more, and tells the others that this node is gone. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const { service, node } = this.#parts;
    // A node that cannot say so is taken for gone a little later.
    await service()
      .store.nodes.leave(node.id)
      .catch(() => undefined);
  }

  async #look(): Promise<void> {
    try {
      const clock = await this.#lookAtClock();
      await this.#parts.service().keyring.reload();
      const keysReadAtMs = this.#parts.monotonicMs();
      this.#vitals = { ...this.#vitals, clock, keysReadAtMs };
      await this.#meetNodes();
      this.#note({ didStoreAnswer: true, storeAnsweredAtMs: this.#parts.monotonicMs() });
    } catch (fault) {
      this.#note({ didStoreAnswer: false }, fault);
    }
  }

  async #lookAtClock(): Promise<ClockLook> {
    const { service, wall, log } = this.#parts;
    const beforeMs = wall.now();
    const databaseMs = await service().store.health.databaseNowMs();
    const { clock: previous } = this.#vitals;
    const look = lookAtClock({ beforeMs, databaseMs, afterMs: wall.now() }, previous);
    if (look.isRight !== (previous?.isRight ?? true)) {
      if (look.isRight) log.info('clock_right');
      else log.error('clock_wrong', { offsetMs: look.offsetMs });
    }
    return look;
  }

  async #meetNodes(): Promise<void> {
    const { service, wall, node, monotonicMs, log } = this.#parts;
    const seenAtMs = wall.now();
    const configuration = this.#parts.configuration();
    const nodes = await service().store.nodes.announce({ ...node, seenAtMs, configuration }, seenAtMs - silentMs);
    const { agreement: previous } = this.#vitals;
    const agreement = compareNodes(nodes, configuration, { nowMs: monotonicMs(), previous });
    if (agreement.isOverdue && !previous.isOverdue) log.warn('configurations_differ', { count: nodes.length });
    this.#vitals = { ...this.#vitals, nodes, agreement };
  }

  #note(outcome: Pick<Vitals, 'didStoreAnswer' | 'storeAnsweredAtMs'>, fault?: unknown): void {
    const { didStoreAnswer: hadAnswered } = this.#vitals;
    this.#vitals = { ...this.#vitals, ...outcome };
    if (hadAnswered !== false && outcome.didStoreAnswer === false)
      this.#parts.log.error('store_silent', { error: fault instanceof Error ? fault.name : typeof fault });
    if (hadAnswered === false && outcome.didStoreAnswer === true) this.#parts.log.info('store_answers');
  }
}
