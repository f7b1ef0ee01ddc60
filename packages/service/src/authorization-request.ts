import type { AuthorizationRequest } from '@ostiary/model';
import {
  matchRedirectUri,
  parseAuthorizationRequest,
  readParameters,
  returnAddress,
  type Hint,
  type Refusal,
  type ReturnAddress,
} from '@ostiary/protocol';
import type { UserId } from '@ostiary/wire';
import type { Browser } from './browser.ts';
import { verifyOwnToken } from './own-token.ts';
import type { Service } from './service.ts';

/** A request that is good; or what is wrong with it, and the address where that may be told, if any may. */
export type ReadRequest =
  | { ok: true; request: AuthorizationRequest }
  | { ok: false; refusal: Refusal; address?: ReturnAddress };

/**
 * Reads and validates an authorization request. Until client and redirect URI are known to be good, there is no address.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 */
export async function readAuthorizationRequest(
  service: Service,
  pairs: Iterable<[string, string]>,
  { correlationId }: Browser,
): Promise<ReadRequest> {
  const read = readParameters(pairs);
  const { single } = read.value;
  const isAddressDoubtful =
    !read.ok && (read.refusal.parameter === 'client_id' || read.refusal.parameter === 'redirect_uri');
  if (isAddressDoubtful) return { ok: false, refusal: read.refusal };
  const clientId = single.get('client_id');
  if (clientId === undefined) return { ok: false, refusal: { reason: 'parameter_missing', parameter: 'client_id' } };
  const client = service.clients.get(clientId)?.metadata;
  if (client === undefined) return { ok: false, refusal: { reason: 'client_unknown' } };
  const redirect = matchRedirectUri(single.get('redirect_uri'), client);
  if (!redirect.ok) return redirect;

  const address = returnAddress(read.value, redirect.value, client);
  if (!read.ok) return { ok: false, refusal: read.refusal, address };
  const hint = await readHint(service, single.get('id_token_hint'));
  const context = { client, redirectUri: redirect.value, catalogue: service.catalogue, ...(hint && { hint }) };
  const parsed = parseAuthorizationRequest(read.value, context);
  if (!parsed.ok) return { ok: false, refusal: parsed.refusal, address };
  const { length: count } = parsed.ignoredScopes;
  if (count > 0) service.log.info('scopes_ignored', { client: clientId, count, correlationId });
  return { ok: true, request: parsed.value };
}

/** An `id_token_hint` may have expired; it must be ours (OpenID Connect Core 3.1.2.1). */
async function readHint(service: Service, hint: string | undefined): Promise<Hint | undefined> {
  if (hint === undefined) return undefined;
  const claims = await verifyOwnToken(service, hint, 'JWT');
  const sub = claims?.['sub'];
  return typeof sub === 'string' ? { isOurs: true, sub: sub as UserId } : { isOurs: false };
}
