import type { House } from '../house.ts';
import type { Jar } from './jar.ts';
import type { Place } from './place.ts';

/** Marks a cookie that holds an id instead of a session. */
export const idMark = '~';

/** A session that a store keeps. */
export function storedPlace(
  { stored, settings }: Pick<House, 'stored' | 'settings'>,
  jar: Jar,
  brought: string | undefined,
): Place {
  let id = brought;
  return {
    load: async () => (id === undefined ? undefined : stored.read(id)),
    update: async (change) => (id === undefined ? undefined : stored.update(id, change)),
    async insert(session) {
      // Never under an id that came from outside.
      if (id !== undefined && id !== session.record.id) await stored.remove(id);
      id = session.record.id;
      await stored.insert(session);
      jar.set(settings.session.cookieName, idMark + id, session);
    },
    isForeign: () => false,
    adopt: async () => {},
    touch: (session) => stored.touch(session),
    async end() {
      if (id !== undefined) await stored.remove(id);
      id = undefined;
    },
  };
}
