import { SessionError } from '../session-error.ts';

/** Values that all tabs of an origin share, in IndexedDB. Every call sees what was put by a call before it. */
export interface KeptValues {
  get(names: readonly string[]): Promise<unknown[]>;
  put(name: string, value: unknown): Promise<void>;
  /** Puts it unless there is one. Returns what stands: the same for all who call at once. */
  putFirst(name: string, value: unknown): Promise<unknown>;
  clear(): Promise<void>;
}

const storeName = 'kept';

/** What a transaction is to do; returns what reads the result when it is complete. Doing it twice does no harm. */
type Work<Result> = (store: IDBObjectStore) => () => Result;

/**
 * Opens the database at its first use, and anew when the browser has closed it meanwhile, as when the user clears its data.
 * Throws `try_later` when it cannot be reached: what cannot be read now is not lost.
 */
export function openKeptValues(name: string, indexedDb: () => IDBFactory | undefined): KeptValues {
  let opening: Promise<IDBDatabase> | undefined;
  const tryOnce = async <Result>(mode: IDBTransactionMode, work: Work<Result>) => {
    try {
      opening ??= open(name, indexedDb());
      return await carriedOut((await opening).transaction(storeName, mode, { durability: 'strict' }), work);
    } catch (fault) {
      opening = undefined;
      throw new SessionError('try_later', `the key cannot be reached: ${String(fault)}`);
    }
  };
  const run = <Result>(mode: IDBTransactionMode, work: Work<Result>) =>
    tryOnce(mode, work).catch(() => tryOnce(mode, work));
  return {
    get: (names) =>
      run('readonly', (store) => {
        const found = names.map((each) => store.get(each));
        return () => found.map(({ result }) => result as unknown);
      }),
    put: (key, value) => run('readwrite', (store) => (store.put(value, key), () => undefined)),
    putFirst: (key, value) =>
      run('readwrite', (store) => {
        const found = store.get(key);
        found.onsuccess = () => found.result ?? store.put(value, key);
        return () => (found.result as unknown) ?? value;
      }),
    clear: () => run('readwrite', (store) => (store.clear(), () => undefined)),
  };
}

async function open(name: string, indexedDb: IDBFactory | undefined): Promise<IDBDatabase> {
  if (indexedDb === undefined) throw new Error('no IndexedDB here');
  const request = indexedDb.open(name, 1);
  return new Promise((resolve, reject) => {
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => {
      // Whoever deletes the database must not wait for this page.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

function carriedOut<Result>(transaction: IDBTransaction, work: Work<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const result = work(transaction.objectStore(storeName));
    transaction.oncomplete = () => resolve(result());
    transaction.onabort = () => reject(transaction.error);
  });
}
