import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import type { Consumption } from '@ostiary/model';
import type { Refusal } from '@ostiary/protocol';
import { signingAlgs, type ClientMetadata } from '@ostiary/wire';
import { digest, isSameDigest } from './digest.ts';
import type { Service } from './service.ts';
import type { RegisteredClient } from './settings.ts';

/** How a request says who its client is, taken apart once (RFC 6749 section 2.3, OpenID Connect Core 9). */
export type ClientCredentials =
  | { method: 'none'; clientId: string }
  | { method: 'client_secret_basic' | 'client_secret_post'; clientId: string; secret: string }
  | { method: 'private_key_jwt'; clientId?: string; assertion: string };

declare const authenticated: unique symbol;

/** A client that proved who it is, as far as its registration demands; only `authenticateClient` makes one. */
export interface AuthenticatedClient {
  readonly [authenticated]: true;
  metadata: ClientMetadata;
  /** It holds a credential of its own. A public client never does. */
  isConfidential: boolean;
  /** The `jti` of its assertion, to be used up by whatever the request commits. */
  once?: Consumption;
}

export type ClientAuthentication = { ok: true; client: AuthenticatedClient } | { ok: false; refusal: Refusal };

/** Clock difference tolerated in assertions, in seconds, and how far ahead an assertion may expire. */
const toleranceSeconds = 10;
const maxAssertionSeconds = 3600;
/** Algorithms of client assertions; Ed25519 goes by its old name and by that of RFC 9864. */
export const assertionAlgs = [...signingAlgs, 'Ed25519'];

/**
 * Authenticates a client by the one method it is registered with. Wrong secrets are counted per client and address, so that
 * the rightful client elsewhere goes on.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 section 2.3}
 */
export async function authenticateClient(
  service: Service,
  credentials: ClientCredentials,
  address: string,
): Promise<ClientAuthentication> {
  const clientId = credentials.clientId ?? unverifiedIssuer(credentials);
  // A public client shows nothing that could be guessed, and must not suffer from who guesses beside it.
  if (credentials.method === 'none') return authenticate(service, credentials, clientId);
  return limitingGuesses(service, `${clientId ?? ''} ${address}`, () => authenticate(service, credentials, clientId));
}

/** Lets nobody try more secrets for one name from one address than the limit allows; right ones are not counted. */
export async function limitingGuesses<Result extends { ok: boolean }>(
  { limits: { clientErrors } }: Service,
  key: string,
  attempt: () => Result | Promise<Result>,
): Promise<Result | { ok: false; refusal: Refusal }> {
  if (clientErrors.isEmpty(key)) {
    return { ok: false, refusal: { reason: 'rate_limited', retryAfterSeconds: clientErrors.retryAfterSeconds(key) } };
  }
  const result = await attempt();
  if (!result.ok) clientErrors.take(key);
  return result;
}

async function authenticate(
  service: Service,
  credentials: ClientCredentials,
  clientId: string | undefined,
): Promise<ClientAuthentication> {
  const client = clientId === undefined ? undefined : service.clients.get(clientId);
  if (client === undefined) return failed('client_unknown');
  const { token_endpoint_auth_method: registered } = client.metadata;
  if (credentials.method !== registered) {
    return failed(credentials.method === 'none' ? 'client_auth_missing' : 'client_auth_method_differs');
  }
  switch (credentials.method) {
    case 'none':
      return { ok: true, client: proven({ metadata: client.metadata, isConfidential: false }) };
    case 'client_secret_basic':
    case 'client_secret_post': {
      const isRight = client.secretHash !== undefined && isSameDigest(digest(credentials.secret), client.secretHash);
      return isRight
        ? { ok: true, client: proven({ metadata: client.metadata, isConfidential: true }) }
        : failed('client_auth_failed');
    }
    case 'private_key_jwt':
      return byAssertion(service, client, credentials.assertion);
  }
}

/**
 * The audience of an assertion is the issuer identifier alone, as a string: anything else was made for somebody else.
 * @see {@link https://www.rfc-editor.org/rfc/rfc10070 RFC 10070}
 */
async function byAssertion(
  service: Service,
  { metadata }: RegisteredClient,
  assertion: string,
): Promise<ClientAuthentication> {
  const keys = createLocalJWKSet({ keys: metadata.jwks?.keys ?? [] } as JSONWebKeySet);
  const nowMs = service.clock.now();
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: assertionAlgs,
      issuer: metadata.client_id,
      subject: metadata.client_id,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'jti', 'aud'],
    });
    const { aud, jti, exp = 0, iat = 0 } = payload;
    if (aud !== service.settings.issuer) return failed('assertion_audience');
    const nowSeconds = nowMs / 1000;
    if (iat > nowSeconds + toleranceSeconds || exp > nowSeconds + maxAssertionSeconds)
      return failed('assertion_malformed');
    const once: Consumption = {
      kind: 'once',
      hash: digest(`assertion|${metadata.client_id}|${jti}`),
      expiresAtMs: (exp + toleranceSeconds) * 1000,
      operation: service.draw.operation(),
    };
    return { ok: true, client: proven({ metadata, isConfidential: true, once }) };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return failed('assertion_malformed');
    throw error;
  }
}

/** A confidential client whose back end is the very process that holds this server: there is nobody to prove it to. */
export function ownClient(metadata: ClientMetadata): AuthenticatedClient {
  return proven({ metadata, isConfidential: true });
}

/** Whether the client still stands in the store: another node may have taken it out of service since this one started. */
export async function isInService({ store }: Service, { metadata }: AuthenticatedClient): Promise<boolean> {
  const state = await store.clients.find(metadata.client_id);
  return state !== undefined && !state.isDisabled;
}

/** Who an assertion claims to come from; used only to find the keys that prove it. */
function unverifiedIssuer(credentials: ClientCredentials): string | undefined {
  if (credentials.method !== 'private_key_jwt') return undefined;
  try {
    const payload: unknown = JSON.parse(Buffer.from(credentials.assertion.split('.')[1] ?? '', 'base64url').toString());
    if (typeof payload !== 'object' || payload === null || !('iss' in payload)) return undefined;
    return typeof payload.iss === 'string' ? payload.iss : undefined;
  } catch {
    return undefined;
  }
}

function proven(client: Omit<AuthenticatedClient, typeof authenticated>): AuthenticatedClient {
  return client as AuthenticatedClient;
}

function failed(reason: Refusal['reason']): ClientAuthentication {
  return { ok: false, refusal: { reason } };
}
