export { createAccessTokenVerifier } from './verifier.ts';
export type { AccessTokenVerifier, Auth, Verification, VerifierState } from './verifier.ts';
export type {
  ApiSettings,
  DpopSettings,
  IntrospectionSettings,
  ResourceSettings,
  RevocationSettings,
} from './settings.ts';
export type { RequestFacts } from './credentials.ts';
export type { AccessTokenClaims } from './jwt/claims.ts';
export type { ChallengeSettings, Problem, RefusedAnswer } from './answer.ts';
export type { Refusal, RefusalReason } from './refusal.ts';
export type { KeysState } from './issuer/keys.ts';
export type { ResourceMetadata } from './protected-resource.ts';
export type { FeedState } from './feed/feed.ts';
export type { SigningAlg } from './jwt/algorithms.ts';
export type { Environment } from './environment.ts';
export {
  auth,
  claimCheck,
  claimEquals,
  claimIncludes,
  requireAcr,
  requiredScopes,
  requireFreshLogin,
  resourceMetadata,
  scopeIncludesAny,
} from './adapters/express.ts';
export type { AuthHandler, HandledRequest, Handler, MiddlewareSettings } from './adapters/express.ts';
export { ApiError } from './adapters/api-error.ts';
