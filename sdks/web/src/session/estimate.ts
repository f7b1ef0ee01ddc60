import { cookieLine } from '../cookies.ts';
import type { Settings } from '../settings.ts';
import { cookieLimitBytes } from './cookie-place.ts';

/** Bytes of tokens as providers make them: header, usual claims, signature. */
const accessTokenBytes = 850;
const idTokenBytes = 900;
const refreshTokenBytes = 120;
const recordBytes = 160;
/** Header, nonce and tag of the seal. */
const sealBytes = 120;

/**
 * How long the session's cookie is likely to be, by what is asked for. An estimate: what is written is measured, and goes to a
 * store where it is too long.
 */
function estimateCookieBytes({ session, authorizationParams, isHttps }: Settings): number {
  const scopes = authorizationParams.scope.split(' ');
  const hasCode = authorizationParams.response_type !== 'id_token';
  const plain =
    recordBytes +
    idTokenBytes +
    (scopes.includes('profile') ? 120 : 0) +
    (hasCode ? accessTokenBytes + 2 * authorizationParams.scope.length : 0) +
    (hasCode && scopes.includes('offline_access') ? refreshTokenBytes : 0);
  const { path, domain, sameSite } = session.cookie;
  const line = cookieLine(session.cookieName, '', {
    path,
    domain,
    sameSite,
    isSecure: isHttps,
    maxAgeSeconds: 604_800,
  });
  return line.length + sealBytes + Math.ceil((plain * 4) / 3);
}

/** Tells the estimate where sessions lie in cookies. */
export function tellEstimate(settings: Settings): void {
  if (settings.session.store !== undefined) return;
  settings.tell({ kind: 'cookieEstimated', bytes: estimateCookieBytes(settings), limitBytes: cookieLimitBytes });
}
