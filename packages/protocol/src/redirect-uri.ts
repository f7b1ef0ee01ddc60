import type { RegisteredRedirectUri } from '@ostiary/model';
import type { ClientMetadata } from '@ostiary/wire';
import type { Refusal } from './refusal.ts';

/**
 * Compares `redirect_uri` with the registration: byte for byte, no normalisation. The one exception is the port of a
 * loopback redirect of a native client, which the operating system chooses.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.1 RFC 9700 section 4.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3}
 */
export function matchRedirectUri(
  sent: string | undefined,
  client: ClientMetadata,
): { ok: true; value: RegisteredRedirectUri } | { ok: false; refusal: Refusal } {
  if (sent === undefined) {
    // RFC 6749 section 3.1.2.3: it may be left out only when exactly one is registered.
    const only = client.redirect_uris.length === 1 ? client.redirect_uris[0] : undefined;
    return only === undefined ? { ok: false, refusal: { reason: 'redirect_uri_missing' } } : found(only);
  }
  const isRegistered = client.redirect_uris.some(
    (uri) => uri === sent || (client.type === 'native' && isSameLoopback(uri, sent)),
  );
  return isRegistered ? found(sent) : { ok: false, refusal: unregistered('redirect_uri', sent, client.redirect_uris) };
}

/** The same exact rule for `post_logout_redirect_uri` (OpenID Connect RP-Initiated Logout 1.0 section 3). */
export function matchPostLogoutRedirectUri(
  sent: string,
  client: ClientMetadata,
): { ok: true; value: RegisteredRedirectUri } | { ok: false; refusal: Refusal } {
  if (client.post_logout_redirect_uris.includes(sent)) return found(sent);
  return { ok: false, refusal: unregistered('post_logout_redirect_uri', sent, client.post_logout_redirect_uris) };
}

/** The host a person is shown for a redirect URI; a private-use scheme shows itself. */
export function redirectHost(uri: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(uri);
  return match?.[2] || uri.slice(0, uri.indexOf(':') + 1);
}

const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?([/?].*)?$/;

/** Equal but for the port, both on a loopback address literal; `localhost` is a name and does not count. */
function isSameLoopback(registeredUri: string, sent: string): boolean {
  const ours = loopback.exec(registeredUri);
  const theirs = loopback.exec(sent);
  if (ours === null || theirs === null || sent.includes('#')) return false;
  return ours[1] === theirs[1] && (ours[3] ?? '') === (theirs[3] ?? '') && Number(theirs[2] ?? 80) <= 65535;
}

function found(uri: string): { ok: true; value: RegisteredRedirectUri } {
  return { ok: true, value: uri as RegisteredRedirectUri };
}

function unregistered(parameter: string, sent: string, registeredUris: readonly string[]): Refusal {
  return {
    reason: 'redirect_uri_unregistered',
    parameter,
    shown: [{ label: 'sent', value: sent }, ...registeredUris.map((value) => ({ label: 'registered', value }))],
  };
}
