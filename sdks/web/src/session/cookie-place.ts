import type { House } from '../house.ts';
import type { Sealer } from '../sealing.ts';
import type { Jar } from './jar.ts';
import type { Place } from './place.ts';
import { storedPlace } from './stored-place.ts';
import { packed, unpacked } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** Browsers drop a cookie that is longer than this, without a word (RFC 6265bis, section 5.6). */
export const cookieLimitBytes = 4_096;

/** A session that its cookie keeps, until it outgrows it. */
export function cookiePlace(house: House, jar: Jar): Place {
  const { settings, recent } = house;
  const { session: limits, sealer } = settings;
  let current: WebSession | undefined;
  let spilled: Place | undefined;
  let isForeign = false;

  const opened = async () => {
    const session = await broughtSession(sealer, jar);
    isForeign = session === undefined;
    return session;
  };
  const write = async (session: WebSession) => {
    current = session;
    isForeign = false;
    const bytes = jar.set(limits.cookieName, await sealer.seal('session', packed(session)), session);
    if (bytes <= cookieLimitBytes) return;
    settings.tell({ kind: 'sessionSpilled', bytes, isMemory: limits.spill === undefined });
    spilled = storedPlace(house, jar, undefined);
    await spilled.insert(session);
  };
  const load = async () => {
    current ??= await opened();
    const known = current && recent.of(current.record.id);
    if (current === undefined || known === 'ended') return (current = undefined);
    // The browser sent this request before it had the answer to another one.
    if (known !== undefined && known.record.generation > current.record.generation)
      await write({ ...known, usedAtMs: Math.max(known.usedAtMs, current.usedAtMs) });
    return current;
  };
  const end = async () => {
    if (current !== undefined) recent.note(current.record.id, 'ended');
    current = undefined;
  };
  return {
    load: () => spilled?.load() ?? load(),
    async update(change) {
      if (spilled !== undefined) return spilled.update(change);
      const before = await load();
      const next = change(before);
      if (next === undefined) return end().then(() => undefined);
      recent.note(next.record.id, next);
      // Leases and pauses are no matter of cookies.
      if (next.record !== before?.record || next.data !== before.data) await write(next);
      else current = next;
      return next;
    },
    isForeign: () => isForeign,
    insert: write,
    adopt: write,
    async touch(session) {
      if (spilled !== undefined) return spilled.touch(session);
      current = session;
      // Apart from the session: an answer that comes late must not put old tokens over new ones.
      jar.set(limits.useCookieName, await sealer.seal('use', [session.record.id, session.usedAtMs]), session);
    },
    end: async () => (spilled ? spilled.end() : end()),
  };
}

/** The session in the browser's cookies, and when it was used last. */
async function broughtSession(sealer: Sealer, { brought }: Jar): Promise<WebSession | undefined> {
  const session = unpacked(await sealer.open('session', brought.session));
  const use = await sealer.open('use', brought.use);
  const isUse = Array.isArray(use) && use[0] === session?.record.id && typeof use[1] === 'number';
  return session && isUse ? { ...session, usedAtMs: Math.max(session.usedAtMs, Number(use[1])) } : session;
}
