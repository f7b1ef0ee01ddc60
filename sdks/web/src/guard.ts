import type { JwtClaims } from '@ostiary/session';
import { isRenewalDue } from './session/renewal.ts';
import { needed } from './session/browser-session.ts';
import { isNavigation, startLogin } from './sign-in/start-login.ts';
import { mayAskSilently } from './sign-in/silent.ts';
import { refreshed } from './token-set.ts';
import type { Visit } from './visit.ts';
import { WebError } from './web-error.ts';

/** Whether a signed-in user may pass. */
export type Check = (visit: Visit) => boolean;

/**
 * Lets a request with a signed-in user pass: `undefined`. Otherwise a page is sent to the login and comes back; everything else
 * gets a `WebError`: 401 with the cause, 403 for a user who may not. Tokens near their end are renewed on the way.
 */
export async function guard(visit: Visit, check: Check = () => true): Promise<Response | undefined> {
  try {
    needed(visit.session);
    await renewAhead(visit);
  } catch (fault) {
    return sentToLogin(visit, fault);
  }
  if (!check(visit)) throw new WebError('forbidden', 'this user may not do this');
  await visit.session.touch();
  return undefined;
}

/** What does not succeed now is no trouble of this request: `getAccessToken()` says so to whoever needs the token. */
async function renewAhead({ house, session }: Visit): Promise<void> {
  const { settings } = house;
  const seen = needed(session);
  if (settings.options.renew === 'onDemand' || !isRenewalDue(seen, settings.environment.now())) return;
  try {
    await refreshed(house, session, seen.record.tokens.accessToken);
  } catch (fault) {
    const isPassing = fault instanceof WebError && (fault.code === 'try_later' || fault.code === 'misconfigured');
    if (!isPassing) throw fault;
  }
}

/** A page goes to the login, with the way back; whoever asked by script, or sent something, is told instead. */
export async function sentToLogin(visit: Visit, fault: unknown): Promise<Response> {
  const isLogin = fault instanceof WebError && fault.status === 401;
  if (!isLogin || visit.house.settings.options.errorOnRequiredAuth || !isNavigation(visit.request)) throw fault;
  return startLogin(visit);
}

/** Asks the provider without a word whether it knows the user, once for a page that nobody known asks for. */
export async function askSilently(visit: Visit): Promise<Response | undefined> {
  const isKnown = visit.session.seen() !== undefined;
  if (isKnown || !isNavigation(visit.request) || !mayAskSilently(visit.house.settings, visit.cookies)) return undefined;
  return startLogin(visit, { silent: true }).catch((fault: unknown) => {
    if (fault instanceof WebError && fault.code === 'try_later') return undefined;
    throw fault;
  });
}

/** Whether a claim of the ID token is this. */
export function hasClaim(claims: JwtClaims | undefined, name: string, value: unknown): boolean {
  return claims !== undefined && name in claims && claims[name] === value;
}

/** Whether a claim of the ID token, a list or words with spaces between them, holds all of these. */
export function claimHolds(claims: JwtClaims | undefined, name: string, values: readonly unknown[]): boolean {
  const claim = claims?.[name];
  const list: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return values.every((value) => list.includes(value));
}
