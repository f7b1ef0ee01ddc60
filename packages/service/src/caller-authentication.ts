import type { ApiId } from '@ostiary/wire';
import {
  authenticateClient,
  limitingGuesses,
  type AuthenticatedClient,
  type ClientCredentials,
} from './client-authentication.ts';
import { digest, isSameDigest } from './digest.ts';
import type { Refusal } from '@ostiary/protocol';
import type { Service } from './service.ts';
import type { RegisteredApi } from './settings.ts';

declare const authenticated: unique symbol;

/** An API that proved itself by its secret; only `authenticateCaller` makes one. */
export interface AuthenticatedApi {
  readonly [authenticated]: true;
  identifier: ApiId;
}

/** Whoever may ask about tokens: a client, or an API with a secret of its own. */
export type AuthenticatedCaller =
  | { kind: 'client'; client: AuthenticatedClient }
  | { kind: 'api'; api: AuthenticatedApi };

export type CallerAuthentication = { ok: true; caller: AuthenticatedCaller } | { ok: false; refusal: Refusal };

/**
 * Authenticates an API by its identifier and secret, or else a client by its registration. An identifier is never a `client_id`
 * as well: the configuration sees to that.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.1 RFC 7662 section 2.1}
 */
export async function authenticateCaller(
  service: Service,
  credentials: ClientCredentials,
  address: string,
): Promise<CallerAuthentication> {
  const api = credentials.clientId === undefined ? undefined : service.apis.get(credentials.clientId);
  if (api?.secretHash !== undefined)
    return limitingGuesses(service, `${api.identifier} ${address}`, () => bySecret(api, credentials));
  const result = await authenticateClient(service, credentials, address);
  return result.ok ? { ok: true, caller: { kind: 'client', client: result.client } } : result;
}

function bySecret({ identifier, secretHash }: RegisteredApi, credentials: ClientCredentials): CallerAuthentication {
  if (!('secret' in credentials)) return { ok: false, refusal: { reason: 'client_auth_missing' } };
  const isRight = secretHash !== undefined && isSameDigest(digest(credentials.secret), secretHash);
  if (!isRight) return { ok: false, refusal: { reason: 'client_auth_failed' } };
  return { ok: true, caller: { kind: 'api', api: { identifier } as AuthenticatedApi } };
}
