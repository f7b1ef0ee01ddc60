import { digest } from '../sealing.ts';
import type { House } from '../house.ts';
import { steady, tagsOf } from './stored-sessions.ts';
import { claimsOf } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** Whether the provider said that the session ended there. Stored sessions are removed then; of cookies it is remembered. */
export async function isLoggedOut({ settings, logouts }: House, session: WebSession): Promise<boolean> {
  if (logouts === undefined) return false;
  const { sub, sid, iat } = claimsOf(session);
  const [ofUser, ofSession] = await Promise.all(
    [{ sub }, { sid }].map(async (who) => {
      const [tag] = tagsOf(settings, who);
      return tag === undefined ? undefined : steady(logouts.read(logoutKey(tag)));
    }),
  );
  // Both by the provider's clock.
  const beganAtMs = iat === undefined ? session.createdAtMs : iat * 1000;
  return ofSession !== undefined || Number(ofUser?.value ?? -1) >= beganAtMs;
}

/** Remembers that a user, or one sign-in, was signed out at `atMs`. An older word does not take a newer one back. */
export async function noteLogout({ settings, logouts }: House, tag: string, atMs: number): Promise<void> {
  const entry = { value: String(atMs), expiresAtMs: lastMs(settings.session.absoluteMs, atMs), tags: [] };
  for (let tries = 0; tries < triesAtOnce; tries += 1) {
    const { version, value } = (await logouts?.read(logoutKey(tag))) ?? { version: 0, value: -1 };
    if (logouts === undefined || Number(value) >= atMs) return;
    if (await logouts.replace(logoutKey(tag), version, entry)) return;
  }
  throw new Error('too many changes at once');
}

const triesAtOnce = 4;

function logoutKey(tag: string): string {
  return digest(`logout|${tag}`);
}

/** As long as any session from before may last. */
function lastMs(absoluteMs: number, atMs: number): number {
  return absoluteMs === Infinity ? Number.MAX_SAFE_INTEGER : atMs + absoluteMs;
}
