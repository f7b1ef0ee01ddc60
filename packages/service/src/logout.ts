import type { RegisteredRedirectUri, Session } from '@ostiary/model';
import { matchPostLogoutRedirectUri, planSignOut, readParameters, type Refusal } from '@ostiary/protocol';
import type { ClientMetadata } from '@ostiary/wire';
import { currentSignIn, type Browser } from './browser.ts';
import { verifyOwnToken } from './own-token.ts';
import type { Service } from './service.ts';
import { carryOut } from './settle.ts';

/** Where a person goes after signing out; only a registered address is ever one. */
export interface AfterSignOut {
  client?: ClientMetadata;
  redirectUri?: RegisteredRedirectUri;
  state?: string;
}

export type LogoutResult =
  | { kind: 'signed_out'; after: AfterSignOut }
  /** Ask the person: the request did not prove that it comes from the session it would end. */
  | { kind: 'confirm'; after: AfterSignOut; session: Session }
  | { kind: 'error_page'; refusal: Refusal };

/**
 * The end-session endpoint. Without a hint that matches the session the person is asked, so that no other site can sign
 * anybody out; `isConfirmed` tells that the person said yes.
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout 1.0 section 2}
 */
export async function requestLogout(
  service: Service,
  pairs: Iterable<[string, string]>,
  browser: Browser,
  isConfirmed: boolean,
): Promise<LogoutResult> {
  const request = await readRequest(service, pairs);
  if (!request.ok) return { kind: 'error_page', refusal: request.refusal };
  const { after, hint } = request;
  const signedIn = await currentSignIn(service, browser);
  if (signedIn === undefined) return { kind: 'signed_out', after };
  const isProven = hint?.['sid'] === signedIn.session.id && hint['sub'] === signedIn.user.id;
  if (!isProven && !isConfirmed) return { kind: 'confirm', after, session: signedIn.session };
  return end(service, signedIn.session, after, browser);
}

async function end(service: Service, session: Session, after: AfterSignOut, browser: Browser): Promise<LogoutResult> {
  const answer = await carryOut(service, planSignOut(session, service.clock.now()), browser.correlationId);
  return answer.ok ? { kind: 'signed_out', after } : { kind: 'error_page', refusal: answer.refusal };
}

type ReadRequest = { ok: true; after: AfterSignOut; hint?: Record<string, unknown> } | { ok: false; refusal: Refusal };

async function readRequest(service: Service, pairs: Iterable<[string, string]>): Promise<ReadRequest> {
  const read = readParameters(pairs);
  if (!read.ok) return read;
  const { single } = read.value;
  const hintText = single.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await verifyOwnToken(service, hintText, 'JWT');
  if (hintText !== undefined && hint === undefined) return { ok: false, refusal: { reason: 'hint_invalid' } };
  const hintedClient = typeof hint?.['aud'] === 'string' ? hint['aud'] : undefined;
  const clientId = single.get('client_id') ?? hintedClient;
  // RP-Initiated Logout section 2: client_id and the hint's audience must agree.
  if (hintedClient !== undefined && clientId !== hintedClient)
    return { ok: false, refusal: { reason: 'hint_invalid' } };
  const client = clientId === undefined ? undefined : service.clients.get(clientId)?.metadata;
  if (clientId !== undefined && client === undefined) return { ok: false, refusal: { reason: 'client_unknown' } };
  const sent = single.get('post_logout_redirect_uri');
  const state = single.get('state');
  if (sent === undefined) return { ok: true, after: { client, state }, hint };
  if (client === undefined) return { ok: false, refusal: { reason: 'parameter_missing', parameter: 'client_id' } };
  const redirect = matchPostLogoutRedirectUri(sent, client);
  return redirect.ok ? { ok: true, after: { client, redirectUri: redirect.value, state }, hint } : redirect;
}
