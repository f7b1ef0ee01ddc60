import { cookieLine } from '../cookies.ts';
import type { Settings } from '../settings.ts';

const lastsSeconds = 3_600;

/** Whether this browser was asked for silently not long ago, or signed out. */
export function mayAskSilently({ session }: Settings, cookies: ReadonlyMap<string, string>): boolean {
  return !cookies.has(nameOf(session.cookieName));
}

/** Remembers, or forgets, that the provider is not to be asked without a word for a while. */
export function noSilentLogin(settings: Settings, isSet: boolean): string[] {
  if (!settings.options.attemptSilentLogin) return [];
  const attributes = {
    path: '/',
    isSecure: settings.isHttps,
    sameSite: 'Lax',
    maxAgeSeconds: isSet ? lastsSeconds : 0,
  } as const;
  return [cookieLine(nameOf(settings.session.cookieName), isSet ? '1' : '', attributes)];
}

function nameOf(cookieName: string): string {
  return `${cookieName}.not-silent`;
}
