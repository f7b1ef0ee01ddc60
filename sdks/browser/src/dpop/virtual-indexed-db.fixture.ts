type Rows = Map<string, unknown>;

/**
 * As much of IndexedDB as the SDK uses, in memory: databases of one store, transactions one after another, values cloned as a
 * browser clones them.
 */
export class VirtualIndexedDb {
  readonly databases = new Map<string, Rows>();
  /** Set, every transaction is refused with it. */
  fault: DOMException | undefined;
  #open = new Set<{ isClosed: boolean }>();
  #last: Promise<unknown> = Promise.resolve();

  /** What a page has as `indexedDB`. */
  factory(): IDBFactory {
    return { open: (name: string) => this.#request(name) } as unknown as IDBFactory;
  }

  /** The user clears the browser's data: every page loses its connection. */
  clearSiteData(): void {
    this.databases.clear();
    for (const connection of this.#open) connection.isClosed = true;
    this.#open.clear();
  }

  #request(name: string): unknown {
    const connection = { isClosed: false };
    this.#open.add(connection);
    const database = {
      createObjectStore: () => undefined,
      close: () => (connection.isClosed = true),
      transaction: () => {
        if (this.fault) throw this.fault;
        if (connection.isClosed) throw new DOMException('closed', 'InvalidStateError');
        return this.#transaction(name);
      },
    };
    const request: Record<string, unknown> = { result: database };
    setImmediate(() => {
      if (!this.databases.has(name)) this.databases.set(name, new Map());
      for (const event of ['onupgradeneeded', 'onsuccess']) call(request, event);
    });
    return request;
  }

  #transaction(name: string): unknown {
    const transaction: Record<string, unknown> = {};
    const steps: (() => void)[] = [];
    const step = (work: (rows: Rows) => unknown) => {
      const request: Record<string, unknown> = { result: undefined };
      steps.push(() => {
        request['result'] = work(this.databases.get(name) ?? new Map<string, unknown>());
        call(request, 'onsuccess');
      });
      return request;
    };
    transaction['objectStore'] = () => ({
      get: (key: string) => step((rows) => rows.get(key)),
      put: (value: unknown, key: string) => step((rows) => rows.set(key, structuredClone(value))),
      clear: () => step((rows) => rows.clear()),
    });
    this.#last = this.#last.then(async () => {
      for (let each = steps.shift(); each; each = steps.shift()) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        each();
      }
      call(transaction, 'oncomplete');
    });
    return transaction;
  }
}

function call(target: Record<string, unknown>, name: string): void {
  const handler = target[name];
  if (typeof handler === 'function') handler();
}
