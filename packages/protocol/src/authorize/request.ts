import type { AuthorizationRequest, Prompt, RegisteredRedirectUri, ResponseMode } from '@ostiary/model';
import type { ClientMetadata, ResponseType, UserId } from '@ostiary/wire';
import type { Parameters } from '../parameters.ts';
import type { Refusal } from '../refusal.ts';
import { parseScope, resolveScopes, type ApiCatalogue, type ResolvedScopes } from '../scope.ts';
import { carriesCode, carriesIdToken, readResponseType } from './response-type.ts';

/** A verified `id_token_hint`, or that it was none of ours. */
export type Hint = { isOurs: true; sub: UserId } | { isOurs: false };

export interface RequestContext {
  client: ClientMetadata;
  redirectUri: RegisteredRedirectUri;
  catalogue: ApiCatalogue;
  /** Absent when no `id_token_hint` was sent. */
  hint?: Hint;
}

/** Where and how an error goes back, known before the rest of the request is valid. */
export interface ReturnAddress {
  redirectUri: RegisteredRedirectUri;
  responseMode: ResponseMode;
  state?: string;
}

/** SHA-256 in base64url: a PKCE challenge, the thumbprint of a key. */
const sha256Pattern = /^[A-Za-z0-9_-]{43}$/;
const prompts = new Set<string>(['none', 'login', 'consent', 'select_account']);

/**
 * The parameters that say where errors go; an unsupported `response_mode` falls back to what the response type has. An ID token
 * never stands in an address, where histories and logs would keep it: form_post alone carries one, and its errors too.
 * @see {@link https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes Multiple Response Types section 2.1}
 */
export function returnAddress(
  { single }: Parameters,
  redirectUri: RegisteredRedirectUri,
  client: ClientMetadata,
): ReturnAddress {
  const type = readResponseType(single.get('response_type'));
  const needsForm = type !== undefined && carriesIdToken(type) && client.response_types.includes(type);
  const responseMode = needsForm || single.get('response_mode') === 'form_post' ? 'form_post' : 'query';
  return { redirectUri, responseMode, state: single.get('state') };
}

/**
 * Validates an authorization request whose client and redirect URI are known to be good, once.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core 3.1.2.1}
 */
export function parseAuthorizationRequest(
  parameters: Parameters,
  context: RequestContext,
): { ok: true; value: AuthorizationRequest; ignoredScopes: string[] } | { ok: false; refusal: Refusal } {
  const { single } = parameters;
  const { client, redirectUri, hint } = context;
  const asked = unsupported(single) ?? readResponse(single, client);
  if ('reason' in asked) return { ok: false, refusal: asked };
  const { responseType } = asked;
  const refusal =
    (carriesCode(responseType) ? pkceFlaw(single, client) : undefined) ??
    (carriesIdToken(responseType) ? nonceFlaw(single) : undefined) ??
    hintFlaw(hint) ??
    valueFlaw(single);
  if (refusal !== undefined) return { ok: false, refusal };
  const resolved = readScopes(parameters, context, responseType);
  if (!resolved.ok) return resolved;
  const { scopes, apis, ignored } = resolved.value;
  const promptList = words(single.get('prompt')).filter((prompt): prompt is Prompt => prompts.has(prompt));
  if (promptList.includes('none') && promptList.length > 1)
    return { ok: false, refusal: { reason: 'prompt_none_with_others' } };
  const maxAge = single.get('max_age');
  const value: AuthorizationRequest = {
    clientId: client.client_id,
    responseType,
    ...returnAddress(parameters, redirectUri, client),
    redirectUriGiven: single.has('redirect_uri'),
    nonce: single.get('nonce'),
    codeChallenge: single.get('code_challenge'),
    jkt: single.get('dpop_jkt'),
    scopes,
    apis,
    prompts: promptList,
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: single.get('login_hint'),
    hintedSub: hint?.isOurs === true ? hint.sub : undefined,
    acrValues: words(single.get('acr_values')),
    uiLocales: words(single.get('ui_locales')),
  };
  return { ok: true, value, ignoredScopes: ignored };
}

/** OpenID Connect Core 3.1.2.6 and 6: what a server does not support is refused by its own error. */
function unsupported(single: ReadonlyMap<string, string>): Refusal | undefined {
  if (single.has('request')) return { reason: 'request_object_unsupported' };
  if (single.has('request_uri')) return { reason: 'request_uri_unsupported' };
  if (single.has('registration')) return { reason: 'registration_unsupported' };
  return undefined;
}

function readResponse(
  single: ReadonlyMap<string, string>,
  client: ClientMetadata,
): { responseType: ResponseType } | Refusal {
  const written = single.get('response_type');
  if (written === undefined) return { reason: 'parameter_missing', parameter: 'response_type' };
  const responseType = readResponseType(written);
  if (responseType === undefined) return { reason: 'response_type_unsupported' };
  const isAllowed = client.response_types.includes(responseType);
  const lacksGrant = carriesCode(responseType) && !client.grant_types.includes('authorization_code');
  if (!isAllowed || lacksGrant) return { reason: 'response_type_not_allowed' };
  const mode = single.get('response_mode');
  if (mode === undefined || mode === 'form_post') return { responseType };
  // Multiple Response Types section 3.0: the query encoding MUST NOT be used for a response that carries an ID token.
  if (carriesIdToken(responseType)) return { reason: 'response_mode_not_form_post' };
  return mode === 'query' ? { responseType } : { reason: 'response_mode_unsupported' };
}

/** OpenID Connect Core 3.2.2.1 and 3.3.2.11: a nonce is REQUIRED where an ID token comes from the authorization endpoint. */
function nonceFlaw(single: ReadonlyMap<string, string>): Refusal | undefined {
  return single.has('nonce') ? undefined : { reason: 'parameter_missing', parameter: 'nonce' };
}

function readScopes(
  { single, resources }: Parameters,
  { client, catalogue }: RequestContext,
  responseType: ResponseType,
): { ok: true; value: ResolvedScopes } | { ok: false; refusal: Refusal } {
  const scope = parseScope(single.get('scope'));
  if (scope === undefined) return { ok: false, refusal: { reason: 'scope_malformed' } };
  if (carriesIdToken(responseType) && !scope.includes('openid'))
    return { ok: false, refusal: { reason: 'scope_without_openid' } };
  const resolved = resolveScopes(scope, resources, client, catalogue);
  if (!resolved.ok) return resolved;
  const value = carriesCode(responseType) ? resolved.value : withoutCode(resolved.value);
  const isEmpty = value.scopes.length === 0 && Object.keys(value.apis).length === 0;
  return isEmpty ? { ok: false, refusal: { reason: 'scope_empty' } } : { ok: true, value };
}

/** Nobody is asked to allow what no token would carry (OpenID Connect Core 11: `offline_access` MUST be ignored without a code). */
function withoutCode({ scopes, apis, ignored }: ResolvedScopes): ResolvedScopes {
  const isOffline = (scope: string) => scope === 'offline_access';
  return {
    scopes: scopes.filter((scope) => !isOffline(scope)),
    apis: {},
    ignored: [...ignored, ...scopes.filter(isOffline), ...Object.values(apis).flat()],
  };
}

/**
 * S256 alone, required unless waived for a confidential client that sends a nonce.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3 RFC 7636 section 4.3}
 */
function pkceFlaw(single: ReadonlyMap<string, string>, client: ClientMetadata): Refusal | undefined {
  const challenge = single.get('code_challenge');
  const method = single.get('code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) return { reason: 'pkce_missing' };
    const isWaived = !client.requirePkce && client.token_endpoint_auth_method !== 'none' && single.has('nonce');
    return isWaived ? undefined : { reason: 'pkce_missing' };
  }
  // RFC 7636 section 4.3: an absent method means "plain", which is not accepted.
  if (method !== 'S256') return { reason: 'pkce_method_not_s256' };
  return sha256Pattern.test(challenge) ? undefined : { reason: 'parameter_malformed', parameter: 'code_challenge' };
}

function hintFlaw(hint: Hint | undefined): Refusal | undefined {
  return hint !== undefined && !hint.isOurs ? { reason: 'hint_invalid' } : undefined;
}

function valueFlaw(single: ReadonlyMap<string, string>): Refusal | undefined {
  const maxAge = single.get('max_age');
  if (maxAge !== undefined && !/^[0-9]{1,9}$/.test(maxAge))
    return { reason: 'parameter_malformed', parameter: 'max_age' };
  const jkt = single.get('dpop_jkt');
  if (jkt !== undefined && !sha256Pattern.test(jkt)) return { reason: 'parameter_malformed', parameter: 'dpop_jkt' };
  const flawed = words(single.get('prompt')).some((prompt) => !prompts.has(prompt));
  return flawed ? { reason: 'parameter_malformed', parameter: 'prompt' } : undefined;
}

function words(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(' ').filter((word) => word !== '');
}
