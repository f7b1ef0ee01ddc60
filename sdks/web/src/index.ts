export type { JwtClaims } from '@ostiary/session';
export type { Environment } from './environment.ts';
export {
  attemptSilentLogin,
  auth,
  authErrors,
  claimCheck,
  claimEquals,
  claimIncludes,
  requiresAuth,
} from './express/express.ts';
export type { ErrorHandler, Handler, OidcResponse, OpenidRequest } from './express/express.ts';
export type { NodeRequest } from './express/node-request.ts';
export type { AccessToken, OidcRequest } from './oidc-request.ts';
export { optionsFromEnvironment } from './options.ts';
export type {
  AuthorizationParams,
  CallbackOptions,
  CallbackSession,
  LoginOptions,
  LoginState,
  LogoutOptions,
  SessionOptions,
  WebOptions,
} from './options.ts';
export type { SessionStore, StoredEntry, VersionedEntry } from './stores/session-store.ts';
export type { PutTokens, TokenSet } from './token-set.ts';
export type { WebEvent } from './web-event.ts';
export { WebError } from './web-error.ts';
export type { WebErrorCode } from './web-error.ts';
