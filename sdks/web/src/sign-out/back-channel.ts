import { json } from '../answers.ts';
import type { House } from '../house.ts';
import { timeFault, verifiedClaims } from '../provider/id-token.ts';
import { boundedText } from '../provider/read-json.ts';
import { digest } from '../sealing.ts';
import { noteLogout } from '../session/logged-out.ts';
import { steady, tagsOf } from '../session/stored-sessions.ts';
import { WebError } from '../web-error.ts';
import type { JwtClaims } from '@ostiary/session';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** A logout token is for now: an older one is a copy. */
const longestAgeSeconds = 120;

/**
 * The provider says that a user, or one sign-in, ended there: the sessions here end with it.
 * [OpenID Connect Back-Channel Logout 1.0, sections 2.6 to 2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)
 */
export async function answerLogoutToken(house: House, request: Request): Promise<Response> {
  try {
    const token = new URLSearchParams((await boundedText(request, 64 * 1024)) ?? '').get('logout_token');
    if (token === null) throw new WebError('bad_request', 'logout_token is missing');
    const claims = await checkLogoutToken(house, token);
    await steady(once(house, claims, () => endSessions(house, claims)));
    return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
  } catch (fault) {
    if (!(fault instanceof WebError)) throw fault;
    if (fault.code === 'try_later')
      return json({ error: 'temporarily_unavailable', error_description: fault.message }, 503);
    return json({ error: 'invalid_request', error_description: fault.message }, 400);
  }
}

type LogoutClaims = JwtClaims & { iat: number };

async function checkLogoutToken(house: House, token: string): Promise<LogoutClaims> {
  const { settings, provider } = house;
  const { claims, typ } = await verifiedClaims(settings, provider, token, 'logout token');
  const fault = logoutFault(house, claims, typ);
  if (fault !== undefined) throw new WebError('bad_request', `logout token: ${fault}`);
  return claims as LogoutClaims;
}

function logoutFault({ settings }: House, claims: JwtClaims, typ: string | undefined): string | undefined {
  const { issuer, clientId, environment, clockToleranceSeconds } = settings;
  const events = claims['events'];
  const event =
    typeof events === 'object' && events !== null ? (events as Record<string, unknown>)[logoutEvent] : undefined;
  const nowSeconds = environment.now() / 1000;
  // Without a type of its own, an ID token could pass for one. `JWT` is what providers sent before the type was recommended.
  if (typ !== undefined && !/^((application\/)?logout\+jwt|jwt)$/i.test(typ)) return `typ is ${typ}`;
  if (claims.iss?.replace(/\/$/, '') !== issuer) return `iss is ${claims.iss}, not ${issuer}`;
  if (![claims.aud].flat().includes(clientId)) return `aud does not name ${clientId}`;
  if (typeof event !== 'object' || event === null) return 'events does not hold the logout event';
  if (claims.nonce !== undefined) return 'nonce is there';
  if (typeof claims.sub !== 'string' && typeof claims.sid !== 'string') return 'neither sub nor sid is there';
  if (typeof claims['jti'] !== 'string') return 'jti is missing';
  if (typeof claims.iat === 'number' && claims.iat + longestAgeSeconds + clockToleranceSeconds < nowSeconds)
    return 'iat is too long ago';
  // `exp` came into the specification late: where it is missing, `iat` bounds the life of the token.
  return timeFault(settings, { exp: Math.ceil(nowSeconds) + 1, ...claims });
}

/** Each token is good once. It is spent when its work is done: what failed half-way may be sent again. */
async function once(
  { settings, store, logouts = store }: House,
  claims: JwtClaims,
  work: () => Promise<void>,
): Promise<void> {
  const key = digest(`jti|${String(claims['jti'])}`);
  if ((await logouts.read(key)) !== undefined) throw new WebError('bad_request', 'logout token: used before');
  await work();
  const expiresAtMs = settings.environment.now() + 2 * (longestAgeSeconds + settings.clockToleranceSeconds) * 1000;
  await logouts.replace(key, 0, { value: '', expiresAtMs, tags: [] });
}

/** One sign-in where the token names it, else all of the user's. */
async function endSessions(house: House, { sub, sid, iat }: LogoutClaims): Promise<void> {
  const { settings, store } = house;
  const [tag] = tagsOf(settings, sid === undefined ? { ...(sub !== undefined && { sub }) } : { sid });
  if (tag === undefined) return;
  await Promise.all([store.removeTagged(tag), noteLogout(house, tag, iat * 1000)]);
  settings.tell({ kind: 'signedOut', sub, by: 'provider' });
}
