import type { SessionRecord } from '@ostiary/session';
import type { OpenStore, SessionStore } from './store.ts';

/** What stands under the key. Without a record: somebody signed out. No entry at all: never written, or evicted. */
interface Entry {
  record?: SessionRecord;
}

const table = 'session';
const key = 'current';
/** Some browsers leave an opening unanswered after a crash or an update. */
const patienceMs = 3_000;

/**
 * Keeps the session in IndexedDB, for all tabs and beyond the end of the browser: `createClient({ storage: indexedDb() })`. A
 * change is one transaction, which no tab and no crash divides; it is on the disk before a renewal is sent.
 *
 * Its risk is that of local storage: any script that ever runs in this origin can read a refresh token and use it elsewhere.
 * So a client wants it together with `dpop()`, whose key no script can read, or `scriptsMayTakeRefreshTokens`. It survives what
 * local storage does not: code that clears local storage, and a full one. It does not survive "clear site data", nor a browser
 * that evicts: for lack of space, or (Safari) after seven days without a visit. A page that stands goes on with what it holds
 * then, and stores it again with the next renewal. Where the browser refuses the database, the page's memory serves, and the
 * session ends with the page.
 */
export function indexedDb(): OpenStore {
  return (name) => openIndexedDb(name);
}

function openIndexedDb(name: string): SessionStore {
  let memory: SessionRecord | undefined;
  /** What memory holds could not be written. */
  let isAhead = false;
  let database: Promise<IDBDatabase> | undefined;
  const forget = () => (database = undefined);
  const open = () => {
    database ??= connect(name, forget);
    database.catch(forget);
    return database;
  };
  const standing = (entry: Entry | undefined) => {
    const kept = entry === undefined ? memory : entry.record;
    if (!isAhead) return kept;
    return kept && memory && kept.tokens.obtainedAtMs > memory.tokens.obtainedAtMs ? kept : memory;
  };
  return {
    async read() {
      const entry = await open()
        .then(entryIn)
        .catch(() => ({ record: memory }));
      return (memory = standing(entry));
    },
    async update(change) {
      try {
        memory = await changedIn(await open(), (entry) => change(standing(entry)));
        isAhead = false;
      } catch {
        memory = change(memory);
        isAhead = true;
      }
      return memory;
    },
  };
}

function connect(name: string, onLost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    const timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), patienceMs);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(table));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB refused')));
    request.addEventListener('success', () => {
      clearTimeout(timer);
      const opened = request.result;
      // The browser threw the data away, or somebody deletes the database: this page stands in nobody's way.
      opened.addEventListener('close', onLost);
      opened.addEventListener('versionchange', () => {
        opened.close();
        onLost();
      });
      resolve(opened);
    });
  });
}

function entryIn(database: IDBDatabase): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(table).objectStore(table).get(key) as IDBRequest<Entry | undefined>;
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB refused')));
  });
}

/** Reads, changes and writes in one transaction. Done when it is on the disk. */
function changedIn(
  database: IDBDatabase,
  change: (entry: Entry | undefined) => SessionRecord | undefined,
): Promise<SessionRecord | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(table, 'readwrite', { durability: 'strict' });
    const store = transaction.objectStore(table);
    const request = store.get(key) as IDBRequest<Entry | undefined>;
    let record: SessionRecord | undefined;
    request.addEventListener('success', () => {
      record = change(request.result);
      if (record !== request.result?.record) store.put(record === undefined ? {} : { record }, key);
    });
    transaction.addEventListener('complete', () => resolve(record));
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('IndexedDB refused')));
  });
}
