import type { House } from '../house.ts';
import { WebError } from '../web-error.ts';
import { cookiePlace } from './cookie-place.ts';
import { openJar } from './jar.ts';
import { isLoggedOut } from './logged-out.ts';
import { idMark, storedPlace } from './stored-place.ts';
import type { Change } from './stored-sessions.ts';
import { endOf } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** The session of the browser that sent one request, wherever it is kept. */
export interface BrowserSession {
  /** As last read or written. */
  seen(): WebSession | undefined;
  /** Whether the browser brought a session that is no more. */
  hadOne(): boolean;
  /** Looks again. */
  read(): Promise<WebSession | undefined>;
  update(change: Change): Promise<WebSession | undefined>;
  /** Takes what another request of this process made of the same session. */
  adopt(session: WebSession): Promise<void>;
  /** A sign-in: what was there before is gone. */
  begin(session: WebSession): Promise<void>;
  end(): Promise<void>;
  /** Notes that the session is used: at most once a minute, or twenty times within its time without use. */
  touch(): Promise<void>;
  /** Lines of `Set-Cookie` that the answer has to carry. */
  cookieLines(): string[];
}

/** Reads the session that the cookies name. */
export async function openBrowserSession(house: House, cookies: ReadonlyMap<string, string>): Promise<BrowserSession> {
  const { session: limits, environment } = house.settings;
  const jar = openJar(house.settings, cookies);
  const brought = jar.brought.session;
  const id = brought.startsWith(idMark) ? brought.slice(idMark.length) : undefined;
  const isStored = id !== undefined || limits.store !== undefined;
  let place = isStored ? storedPlace(house, jar, id) : cookiePlace(house, jar);
  let seen: WebSession | undefined;
  const see = (session: WebSession | undefined) => {
    seen = session !== undefined && endOf(session, limits) > environment.now() ? session : undefined;
    if (seen === undefined && !place.isForeign()) jar.clear();
    return seen;
  };
  const session: BrowserSession = {
    seen: () => seen,
    hadOne: () => brought !== '' && seen === undefined,
    async read() {
      const found = see(await place.load());
      if (found === undefined || !(await isLoggedOut(house, found))) return found;
      await place.end();
      return see(undefined);
    },
    update: async (change) => see(await place.update(change)),
    async adopt(newer) {
      if (newer.record.id !== seen?.record.id) return;
      await place.adopt(newer);
      see(newer);
    },
    async begin(fresh) {
      if (limits.store === undefined && isStored) {
        await place.end();
        place = cookiePlace(house, jar);
      }
      await place.insert(fresh);
      see(fresh);
    },
    async end() {
      await place.end();
      see(undefined);
    },
    async touch() {
      const nowMs = environment.now();
      const pauseMs = Math.min(60_000, limits.rollingMs / 20);
      if (seen === undefined || !limits.isRolling || nowMs - seen.usedAtMs < pauseMs) return;
      seen = { ...seen, usedAtMs: nowMs };
      await place.touch(seen);
    },
    cookieLines: jar.lines,
  };
  await session.read();
  return session;
}

/** The session, or the reason why there is none. */
export function needed(session: BrowserSession): WebSession {
  const seen = session.seen();
  if (seen !== undefined) return seen;
  throw session.hadOne()
    ? new WebError('session_ended', 'the session has ended: sign in again')
    : new WebError('sign_in_required', 'nobody is signed in');
}
