import { StorageUnavailable } from '@ostiary/storage';
import type { Committer, Store } from '@ostiary/storage';

/** One store in front of another that may take its place while it is used. */
export interface SwitchableStore {
  store: Store;
  /**
   * Holds every call from now on, and resolves when those that had begun are settled. A call that was held for `atMostMs` is
   * told that the store cannot answer now.
   */
  hold(atMostMs: number): Promise<void>;
  /** Lets the held calls go on. */
  release(): void;
  /** Calls go to `next` from now on, held ones as well. @returns the store before, which is the caller's to close */
  switchTo(next: Store): Store;
}

/**
 * The place to hold is here and not at the door: a call lasts milliseconds, a request as long as its client sends. A request
 * may read in one store and commit in the other, since a plan compares all that it decided on with what it finds.
 */
export function switchable(first: Store): SwitchableStore {
  let current = first;
  const gate = new Gate();
  const port = <Name extends PortName>(name: Name): Store[Name] => follow(() => current[name], gate);
  const committer = follow<Committer>(() => current, gate);
  return {
    store: { ...portsBy(port), commit: (plan) => committer.commit(plan), close: () => current.close() },
    hold: (atMostMs) => gate.close(atMostMs),
    release: () => gate.open(),
    switchTo(next) {
      const before = current;
      current = next;
      return before;
    },
  };
}

type PortName = Exclude<keyof Store, 'commit' | 'close'>;

function portsBy(port: <Name extends PortName>(name: Name) => Store[Name]): Pick<Store, PortName> {
  return {
    families: port('families'),
    users: port('users'),
    sessions: port('sessions'),
    devices: port('devices'),
    consents: port('consents'),
    codes: port('codes'),
    interactions: port('interactions'),
    revokedTokens: port('revokedTokens'),
    revocations: port('revocations'),
    participants: port('participants'),
    clients: port('clients'),
    keys: port('keys'),
    audit: port('audit'),
    upkeep: port('upkeep'),
    rates: port('rates'),
    health: port('health'),
    nodes: port('nodes'),
  };
}

type Method = (...values: unknown[]) => Promise<unknown>;

/** Whoever keeps a port keeps one that follows the switch: methods are looked up when they are called. */
function follow<Port extends object>(current: () => Port, gate: Gate): Port {
  const methods = new Map<string | symbol, Method>();
  return new Proxy(current(), {
    get(port, name) {
      if (typeof Reflect.get(port, name) !== 'function') return undefined;
      let method = methods.get(name);
      if (method === undefined) {
        method = (...values) => gate.pass(() => (Reflect.get(current(), name) as Method).apply(current(), values));
        methods.set(name, method);
      }
      return method;
    },
  });
}

/** Counts the calls in progress, and lets none in while it is closed. */
class Gate {
  #inProgress = 0;
  #closed: PromiseWithResolvers<void> | undefined;
  #lastLeft: (() => void) | undefined;

  pass(call: () => Promise<unknown>): Promise<unknown> {
    if (this.#closed !== undefined) return this.#closed.promise.then(() => this.pass(call));
    this.#inProgress += 1;
    const result = call();
    result.then(this.#leave, this.#leave);
    return result;
  }

  async close(atMostMs: number): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#closed = closed;
    const timer = setTimeout(() => closed.reject(new StorageUnavailable('the store is being moved')), atMostMs);
    // Nobody may be waiting.
    closed.promise.then(
      () => clearTimeout(timer),
      () => undefined,
    );
    if (this.#inProgress > 0) await new Promise<void>((resolve) => (this.#lastLeft = resolve));
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  readonly #leave = (): void => {
    this.#inProgress -= 1;
    if (this.#inProgress === 0) this.#lastLeft?.();
  };
}
