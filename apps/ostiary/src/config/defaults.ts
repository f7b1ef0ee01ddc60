import type {
  ApiId,
  ApiMetadata,
  ClientAuthMethod,
  ClientId,
  ClientMetadata,
  ClientType,
  GrantType,
  RefreshPolicy,
} from '@ostiary/wire';
import type { ApiConfig, ClientConfig, OstiaryConfig } from './define-config.ts';

const daySeconds = 86_400;

interface TypeDefaults {
  authMethod: ClientAuthMethod;
  grants: GrantType[];
  refresh: Required<Pick<RefreshPolicy, 'boundTo' | 'idleSeconds' | 'absoluteSeconds'>>;
}

const withCode: GrantType[] = ['authorization_code', 'refresh_token'];
const longLived = { boundTo: 'offline', idleSeconds: 30 * daySeconds, absoluteSeconds: 180 * daySeconds } as const;

const byType: Record<ClientType, TypeDefaults> = {
  spa: {
    authMethod: 'none',
    grants: withCode,
    refresh: { boundTo: 'session', idleSeconds: 14 * daySeconds, absoluteSeconds: 90 * daySeconds },
  },
  web: { authMethod: 'client_secret_basic', grants: withCode, refresh: longLived },
  native: { authMethod: 'none', grants: withCode, refresh: longLived },
  device: { authMethod: 'none', grants: withCode, refresh: longLived },
  service: {
    authMethod: 'client_secret_basic',
    grants: ['client_credentials'],
    refresh: longLived,
  },
};

export function completeSession(session: OstiaryConfig['session']): { idleSeconds: number; absoluteSeconds: number } {
  return { idleSeconds: 3 * daySeconds, absoluteSeconds: 30 * daySeconds, ...session };
}

/** Its secret is no part of what is known of it. */
export function completeApi(written: ApiConfig): ApiMetadata {
  const { secret: _, ...api } = written;
  const { accessTokenSeconds = 3600 } = api;
  return {
    scopes: {},
    accessTokenBrowserSeconds: accessTokenSeconds,
    accessTokenAlg: 'ES256',
    allowOfflineAccess: false,
    ...api,
    accessTokenSeconds,
    identifier: api.identifier as ApiId,
  };
}

export function completeClient(client: ClientConfig): ClientMetadata {
  const { authMethod, grants } = byType[client.type];
  const method = client.token_endpoint_auth_method ?? authMethod;
  const grantTypes = client.grant_types ?? (isSignInOnly(client) ? [] : grants);
  return {
    client_id: client.client_id as ClientId,
    client_name: client.client_name ?? client.client_id,
    type: client.type,
    redirect_uris: client.redirect_uris ?? [],
    post_logout_redirect_uris: client.post_logout_redirect_uris ?? [],
    allowedOrigins: client.allowedOrigins ?? [],
    token_endpoint_auth_method: method,
    grant_types: grantTypes,
    response_types: client.response_types ?? (grantTypes.includes('authorization_code') ? ['code'] : []),
    ...(client.backchannel_logout_uri !== undefined && { backchannel_logout_uri: client.backchannel_logout_uri }),
    ...(client.backchannel_logout_session_required === true && { backchannel_logout_session_required: true }),
    id_token_signed_response_alg: client.id_token_signed_response_alg ?? 'RS256',
    ...(client.jwks && { jwks: client.jwks }),
    requirePkce: client.requirePkce ?? true,
    ...(client.dpop_bound_access_tokens === true && { dpop_bound_access_tokens: true }),
    ...(client.directSignIn === true && { directSignIn: true }),
    ...(client.believedUserAddress === true && { believedUserAddress: true }),
    ...(client.generateTokens && { generateTokens: { claims: client.generateTokens.claims ?? [] } }),
    apis: client.apis ?? {},
    refresh: completeRefresh(client, method),
  };
}

/** A client that asks who somebody is, by an ID token alone: it has nothing to ask of the token endpoint. */
function isSignInOnly({ response_types: types }: ClientConfig): boolean {
  return types !== undefined && types.length > 0 && types.every((type) => type === 'id_token');
}

/**
 * Rotation is on for public clients and off for confidential ones (RFC 9700 section 4.14.2, FAPI 2.0 section 5.3.2.1).
 * The limits of the type hold only where nothing is said: a limit left out of a `refresh` object is no limit.
 */
function completeRefresh({ type, refresh }: ClientConfig, method: ClientAuthMethod): RefreshPolicy {
  const defaults = byType[type].refresh;
  const rotation = method === 'none' ? 'on' : 'off';
  if (refresh === undefined) return { rotation, ...defaults };
  const { dangerouslyLongRetrySeconds, dangerouslyAllowStaticRefreshTokens: _, ...policy } = refresh;
  return {
    rotation,
    boundTo: defaults.boundTo,
    ...policy,
    ...(dangerouslyLongRetrySeconds !== undefined && { retrySeconds: dangerouslyLongRetrySeconds }),
  };
}
