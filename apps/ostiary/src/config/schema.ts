import { z } from 'zod';
import { clientAuthMethods, clientTypes, grantTypes, responseTypes, signingAlgs } from '@ostiary/wire';
import { logLevels } from './define-config.ts';
import type { ApiConfig, ClientConfig, OstiaryConfig, PostgresConfig, UserConfig } from './define-config.ts';

/** The shape of the file, part by part, so that a fault in one part does not hide those of another. What the values mean is in `rules/`. */
const seconds = z.int().min(1);
const text = z.string().min(1);
const secret = z.union([text, z.strictObject({ env: text }), z.strictObject({ file: text })], {
  error: 'must be a text, { "env": "NAME" } or { "file": "path" }',
});

const apiShape = z.strictObject({
  identifier: text,
  name: text,
  secret: secret.optional(),
  scopes: z.record(z.string(), text).optional(),
  accessTokenSeconds: seconds.optional(),
  accessTokenBrowserSeconds: seconds.optional(),
  accessTokenAlg: z.enum(signingAlgs).optional(),
  allowOfflineAccess: z.boolean().optional(),
});

const refreshShape = z.strictObject({
  rotation: z.enum(['on', 'off']).optional(),
  boundTo: z.enum(['session', 'offline']).optional(),
  idleSeconds: seconds.optional(),
  absoluteSeconds: seconds.optional(),
  stateless: z.boolean().optional(),
  retrySeconds: z.int().min(0).optional(),
  dangerouslyLongRetrySeconds: seconds.optional(),
  dangerouslyAllowStaticRefreshTokens: z.boolean().optional(),
});

/** Members beyond the known ones are legal in a JWK (RFC 7517 section 4). That none is private is a rule. */
const jwkShape = z.looseObject({
  kty: text,
  kid: text.optional(),
  use: text.optional(),
  alg: text.optional(),
  crv: text.optional(),
  x: text.optional(),
  y: text.optional(),
  n: text.optional(),
  e: text.optional(),
});

const clientShape = z.strictObject({
  client_id: text,
  client_name: text.optional(),
  type: z.enum(clientTypes),
  redirect_uris: z.array(z.string()).optional(),
  post_logout_redirect_uris: z.array(z.string()).optional(),
  allowedOrigins: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.enum(clientAuthMethods).optional(),
  client_secret: secret.optional(),
  jwks: z.strictObject({ keys: z.array(jwkShape) }).optional(),
  grant_types: z.array(z.enum(grantTypes)).optional(),
  response_types: z.array(z.enum(responseTypes)).optional(),
  backchannel_logout_uri: z.string().optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  id_token_signed_response_alg: z.enum(signingAlgs).optional(),
  requirePkce: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  directSignIn: z.boolean().optional(),
  believedUserAddress: z.boolean().optional(),
  generateTokens: z.strictObject({ claims: z.array(text).optional() }).optional(),
  apis: z.record(z.string(), z.array(z.string())).optional(),
  refresh: refreshShape.optional(),
});

const userShape = z.strictObject({
  username: text,
  password: secret,
  claims: z.record(z.string(), z.unknown()).optional(),
});

const themeShape = z.strictObject({
  productName: text,
  logoUrl: text.optional(),
  cssTokens: z
    .record(
      z.string(),
      z.union([text, z.strictObject({ light: text, dark: text })], {
        error: 'must be a text or { "light": "...", "dark": "..." }',
      }),
    )
    .optional(),
});

const connections = z.int().min(1).max(100);

const postgresShape = z.strictObject({
  url: secret,
  ca: text.optional(),
  readers: connections.optional(),
  writers: connections.optional(),
  dangerouslyUnencrypted: z.boolean().optional(),
});

const houseShape = z.strictObject({
  issuer: text,
  storage: z.unknown().optional(),
  session: z.strictObject({ idleSeconds: seconds.optional(), absoluteSeconds: seconds.optional() }).optional(),
  dpopNonce: z.enum(['required', 'optional']).optional(),
  listen: z.strictObject({ host: text.optional(), port: z.int().min(0).max(65_535).optional() }).optional(),
  trustedProxies: z.array(z.string()).optional(),
  operations: z
    .strictObject({
      host: text.optional(),
      port: z
        .union([z.int().min(0).max(65_535), z.literal('off')], { error: 'must be a number from 0 to 65535, or "off"' })
        .optional(),
      drainSeconds: z.int().min(0).max(300).optional(),
    })
    .optional(),
  logLevel: z.enum(logLevels).optional(),
  theme: themeShape.optional(),
  apis: z.array(z.unknown()).optional(),
  clients: z.array(z.unknown()).optional(),
  users: z.array(z.unknown()).optional(),
});

/** The file with its lists and its storage still unread. */
export type HouseConfig = Omit<OstiaryConfig, 'storage' | 'apis' | 'clients' | 'users'> & {
  storage?: unknown;
  apis?: unknown[];
  clients?: unknown[];
  users?: unknown[];
};

/** `storage`, where it is an object; what stands inside is a part of its own. */
export const storageSchema: z.ZodType<{ postgres: unknown }> = z.strictObject({ postgres: z.looseObject({}) });
export const postgresSchema: z.ZodType<PostgresConfig> = postgresShape;
export const houseSchema: z.ZodType<HouseConfig> = houseShape;
export const apiSchema: z.ZodType<ApiConfig> = apiShape;
export const clientSchema: z.ZodType<ClientConfig> = clientShape;
export const userSchema: z.ZodType<UserConfig> = userShape;
