import type { AuthorizationRequest, RegisteredRedirectUri } from '@ostiary/model';
import type { ClientMetadata } from '@ostiary/wire';
import { parseAuthorizationRequest } from '../authorize/request.ts';
import type { Parameters } from '../parameters.ts';
import { matchRedirectUri } from '../redirect-uri.ts';
import type { Refusal } from '../refusal.ts';
import type { ApiCatalogue } from '../scope.ts';

/** A code that is handed over in the answer goes to no address. */
export const nowhere = '' as RegisteredRedirectUri;

export interface ChallengeContext {
  client: ClientMetadata;
  catalogue: ApiCatalogue;
  /** Thumbprint of the key that was proved with the request: the code is bound to it. */
  jkt: string;
}

/**
 * Validates an authorization challenge request: the parameters of the authorization endpoint, without the way through a browser.
 * A `redirect_uri`, which general libraries send, must be a registered one and is then repeated when the code is redeemed.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-5.1 draft-ietf-oauth-first-party-apps-04 section 5.1}
 */
export function parseChallengeRequest(
  parameters: Parameters,
  { client, catalogue, jkt }: ChallengeContext,
): { ok: true; value: AuthorizationRequest } | { ok: false; refusal: Refusal } {
  const { single } = parameters;
  const named = single.get('dpop_jkt');
  if (named !== undefined && named !== jkt) return malformed('dpop_jkt');
  const sent = single.get('redirect_uri');
  const redirect = sent === undefined ? { ok: true as const, value: nowhere } : matchRedirectUri(sent, client);
  if (!redirect.ok) return redirect;
  const parsed = parseAuthorizationRequest(parameters, { client, catalogue, redirectUri: redirect.value });
  return parsed.ok ? { ok: true, value: { ...parsed.value, jkt } } : parsed;
}

/** Prompts and classes of authentication that an app cannot carry out with a name and a password. */
export function needsWebPage({ prompts, acrValues }: AuthorizationRequest): boolean {
  return prompts.some((prompt) => prompt !== 'login') || (acrValues.length > 0 && !acrValues.includes('1'));
}

function malformed(parameter: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason: 'parameter_malformed', parameter } };
}
