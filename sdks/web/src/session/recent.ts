import type { WebSession } from './web-session.ts';

/** A request that left before the answer to another one came still carries the cookie of before. */
const rememberMs = 60_000;
const most = 10_000;

/** What became of cookie sessions a moment ago, as this process knows: renewed ones, and those that ended. */
export interface Recent {
  /** `ended`, the session as renewed, or `undefined`: nothing is known. */
  of(id: string): WebSession | 'ended' | undefined;
  note(id: string, what: WebSession | 'ended'): void;
}

export function openRecent(now: () => number): Recent {
  const known = new Map<string, { what: WebSession | 'ended'; untilMs: number }>();
  const forget = () => {
    for (const [id, { untilMs }] of known) {
      if (untilMs > now() && known.size <= most) return;
      known.delete(id);
    }
  };
  return {
    of(id) {
      const entry = known.get(id);
      return entry !== undefined && entry.untilMs > now() ? entry.what : undefined;
    },
    note(id, what) {
      // Put at the end, so that the oldest stand first.
      known.delete(id);
      known.set(id, { what, untilMs: now() + rememberMs });
      forget();
    },
  };
}
