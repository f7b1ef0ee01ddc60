import { digest } from '../sealing.ts';
import type { Settings } from '../settings.ts';
import type { SessionStore, StoredEntry } from '../stores/session-store.ts';
import { WebError } from '../web-error.ts';
import { claimsOf, endOf, packed, unpacked } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** Sessions in one store. What fails there is trouble of the moment: nobody is signed out by it. */
export interface StoredSessions {
  read(id: string): Promise<WebSession | undefined>;
  /** Changes what stands, in one step that no other change divides; `undefined` removes it. Returns what stands then. */
  update(id: string, change: Change): Promise<WebSession | undefined>;
  insert(session: WebSession): Promise<void>;
  touch(session: WebSession): Promise<void>;
  remove(id: string): Promise<void>;
}

export type Change = (current: WebSession | undefined) => WebSession | undefined;

const triesOfUpdate = 16;

export function openStoredSessions(settings: Settings, store: SessionStore): StoredSessions {
  const { sealer, session: limits } = settings;
  const load = async (id: string) => {
    const entry = await store.read(digest(id));
    const value = entry && ((await sealer.open('stored', entry.value)) as [unknown, Held] | undefined);
    // The end of an entry tells when it was last used.
    const session = value && unpacked(value[0], limits.isRolling ? entry.expiresAtMs - limits.rollingMs : undefined);
    if (entry === undefined || session?.record.id !== id) return { session: undefined, version: entry?.version ?? 0 };
    return { session: { ...session, ...value?.[1] }, version: entry.version };
  };
  const entryOf = async (session: WebSession): Promise<StoredEntry> => {
    const { lease, quietUntilMs } = session;
    return {
      value: await sealer.seal('stored', [packed(session), { lease, quietUntilMs } satisfies Held]),
      expiresAtMs: Math.min(endOf(session, limits), Number.MAX_SAFE_INTEGER),
      tags: tagsOf(settings, claimsOf(session)),
    };
  };
  const update = async (id: string, change: Change) => {
    for (let tries = 0; tries < triesOfUpdate; tries += 1) {
      const { session, version } = await load(id);
      const next = change(session);
      if (next === session) return session;
      if (await store.replace(digest(id), version, next === undefined ? over : await entryOf(next))) {
        if (next === undefined) await store.remove(digest(id));
        return next;
      }
    }
    throw new Error('too many changes at once');
  };
  return {
    read: (id) => steady(load(id).then(({ session }) => session)),
    update: (id, change) => steady(update(id, change)),
    insert: (session) => steady(update(session.record.id, () => session).then(() => undefined)),
    touch: (session) => steady(store.touch(digest(session.record.id), endOf(session, limits))),
    remove: (id) => steady(store.remove(digest(id))),
  };
}

type Held = Pick<WebSession, 'lease' | 'quietUntilMs'>;

/** Takes the place of a session that goes, so that one which was changed meanwhile stays. */
const over: StoredEntry = { value: '', expiresAtMs: 0, tags: [] };

/** Under which a session is found when the provider says that it ended there: a user's, and one sign-in's. */
export function tagsOf({ issuer }: Settings, { sub, sid }: { sub?: string; sid?: string }): string[] {
  return [
    ...(sub === undefined ? [] : [digest(`sub|${issuer}|${sub}`)]),
    ...(sid === undefined ? [] : [digest(`sid|${issuer}|${sid}`)]),
  ];
}

/** What fails in a store is trouble of the moment: `try_later`. */
export async function steady<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof WebError) throw fault;
    throw new WebError('try_later', 'the session store does not answer', { retryAfterSeconds: 1 });
  }
}
