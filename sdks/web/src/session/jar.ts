import { cookieLine } from '../cookies.ts';
import type { Settings } from '../settings.ts';
import type { WebSession } from './web-session.ts';

/** The session's cookies: those that came, and those that the answer has to carry. */
export interface Jar {
  brought: { session: string; use: string };
  /** Returns the length of the line. */
  set(name: string, value: string, session: WebSession): number;
  clear(): void;
  lines(): string[];
}

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5). */
const longestMs = 400 * 86_400_000;

export function openJar(settings: Settings, cookies: ReadonlyMap<string, string>): Jar {
  const { session: limits, environment, isHttps } = settings;
  const { path, domain, sameSite, isTransient } = limits.cookie;
  const lines = new Map<string, string>();
  const put = (name: string, value: string, maxAgeSeconds: number | undefined) => {
    const line = cookieLine(name, value, { path, domain, sameSite, isSecure: isHttps, maxAgeSeconds });
    lines.set(name, line);
    return line.length;
  };
  return {
    brought: { session: cookies.get(limits.cookieName) ?? '', use: cookies.get(limits.useCookieName) ?? '' },
    set(name, value, { createdAtMs }) {
      const lastsMs = Math.min(createdAtMs + limits.absoluteMs - environment.now(), longestMs);
      return put(name, value, isTransient ? undefined : lastsMs / 1000);
    },
    clear() {
      for (const name of [limits.cookieName, limits.useCookieName])
        if (cookies.has(name) || lines.has(name)) put(name, '', 0);
    },
    lines: () => [...lines.values()],
  };
}
