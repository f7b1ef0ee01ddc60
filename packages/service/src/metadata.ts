import {
  openIdScopes,
  clientAuthMethods,
  grantTypes,
  responseTypes,
  type ClientMetadata,
  type ResponseType,
  type SigningAlg,
} from '@ostiary/wire';
import { assertionAlgs } from './client-authentication.ts';
import { proofAlgs } from './dpop/proof-key.ts';
import { isInstalledApp } from './direct/challenge.ts';
import type { Service } from './service.ts';
import type { RegisteredClient } from './settings.ts';

/** Paths of the endpoints below the issuer. */
export const endpoints = {
  authorization: '/authorize',
  authorizationChallenge: '/authorize-challenge',
  token: '/token',
  directSignIn: '/direct/sign-in',
  directRefresh: '/direct/refresh',
  userinfo: '/userinfo',
  jwks: '/jwks',
  revocation: '/revoke',
  introspection: '/introspect',
  endSession: '/end-session',
  revocationFeed: '/revocations',
} as const;

/**
 * The metadata document, the same for OpenID Connect Discovery 1.0 and RFC 8414. Members without elements are left out.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}
 */
export function describeIssuer({ settings, catalogue }: Service): Record<string, unknown> {
  const { issuer, clients, apis } = settings;
  const scopes = [...Object.keys(openIdScopes), ...[...catalogue.values()].flatMap((api) => Object.keys(api.scopes))];
  const secretMethods = clientAuthMethods.filter((method) => method !== 'none');
  const claims = new Set(Object.values(openIdScopes).flat());
  return {
    issuer,
    authorization_endpoint: issuer + endpoints.authorization,
    ...(clients.some(mayChallenge) && {
      authorization_challenge_endpoint: issuer + endpoints.authorizationChallenge,
    }),
    token_endpoint: issuer + endpoints.token,
    userinfo_endpoint: issuer + endpoints.userinfo,
    jwks_uri: issuer + endpoints.jwks,
    revocation_endpoint: issuer + endpoints.revocation,
    introspection_endpoint: issuer + endpoints.introspection,
    end_session_endpoint: issuer + endpoints.endSession,
    revocation_feed_endpoint: issuer + endpoints.revocationFeed,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    scopes_supported: [...new Set(scopes)],
    response_types_supported: responseTypesOf(clients.map((client) => client.metadata)),
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    // Every algorithm in use stands here, since API middleware checks access tokens against this list too.
    id_token_signing_alg_values_supported: algsOf(
      apis.map((api) => api.accessTokenAlg),
      clients.map((client) => client.metadata.id_token_signed_response_alg),
    ),
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgs,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgs,
    introspection_endpoint_auth_methods_supported: secretMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgs,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: proofAlgs,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    display_values_supported: ['page'],
    claim_types_supported: ['normal'],
    claims_supported: [...claims, 'auth_time', 'acr', 'amr', 'sid'],
    acr_values_supported: ['1'],
    ui_locales_supported: ['en', 'de'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  };
}

/** `code` always; what passes through the browser only where a client is registered for it. */
function responseTypesOf(clients: readonly ClientMetadata[]): ResponseType[] {
  return responseTypes.filter(
    (type) => type === 'code' || clients.some((client) => client.response_types.includes(type)),
  );
}

/** draft-ietf-oauth-first-party-apps-04 section 8: named where it serves somebody. */
function mayChallenge({ metadata }: RegisteredClient): boolean {
  return metadata.directSignIn === true && isInstalledApp(metadata);
}

function algsOf(...named: SigningAlg[][]): SigningAlg[] {
  return [...new Set<SigningAlg>(['ES256', 'RS256', ...named.flat()])];
}
