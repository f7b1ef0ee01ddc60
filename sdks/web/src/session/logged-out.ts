import { digest } from '../sealing.ts';
import type { House } from '../house.ts';
import { tagsOf } from './stored-sessions.ts';
import { claimsOf } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** Whether the provider said that the session ended there. Stored sessions are removed then; of cookies it is remembered. */
export async function isLoggedOut({ settings, logouts }: House, session: WebSession): Promise<boolean> {
  if (logouts === undefined) return false;
  const { sub, sid } = claimsOf(session);
  const [ofUser, ofSession] = await Promise.all(
    [{ sub }, { sid }].map(async (who) => {
      const [tag] = tagsOf(settings, who);
      return tag === undefined ? undefined : logouts.read(logoutKey(tag));
    }),
  );
  return ofSession !== undefined || Number(ofUser?.value ?? -1) >= session.createdAtMs;
}

/** Remembers that a user, or one sign-in, was signed out at `atMs`. */
export async function noteLogout({ settings, logouts }: House, tag: string, atMs: number): Promise<void> {
  const entry = { value: String(atMs), expiresAtMs: lastMs(settings.session.absoluteMs, atMs), tags: [] };
  for (let tries = 0; tries < 4; tries += 1) {
    const seen = (await logouts?.read(logoutKey(tag)))?.version ?? 0;
    if (logouts === undefined || (await logouts.replace(logoutKey(tag), seen, entry))) return;
  }
}

function logoutKey(tag: string): string {
  return digest(`logout|${tag}`);
}

/** As long as any session from before may last. */
function lastMs(absoluteMs: number, atMs: number): number {
  return absoluteMs === Infinity ? Number.MAX_SAFE_INTEGER : atMs + absoluteMs;
}
