export { accessOf, termsOf, type Access, type AccessRequest, type AccessResult } from './access.ts';
export * from './account.ts';
export { decideConsent } from './authorize/answer-consent.ts';
export { notYetAllowed } from './authorize/consent.ts';
export {
  codeSeconds,
  decideAuthorization,
  type AuthorizationGrant,
  type AuthorizationOutcome,
  type AuthorizationQuestion,
} from './authorize/decide.ts';
export { parseAuthorizationRequest, returnAddress, type Hint, type ReturnAddress } from './authorize/request.ts';
export { isStanding, type SessionFacts, type SessionPolicy } from './authorize/session.ts';
export { draft, granted, isEmpty, refused, type Decision, type EventNote, type PlanDraft } from './decision.ts';
export { customClaimsFlaw, isReservedClaim } from './direct/custom-claims.ts';
export { decideDirectAuthorization } from './direct/authorization.ts';
export { needsWebPage, parseChallengeRequest } from './direct/challenge-request.ts';
export { directRequest, type DirectAsk } from './direct/request.ts';
export { planEndOfLostHistory } from './lost-history.ts';
export { readParameters, type Parameters } from './parameters.ts';
export { matchPostLogoutRedirectUri, matchRedirectUri, redirectHost } from './redirect-uri.ts';
export { wireWords, type Reason, type Refusal, type WireWords } from './refusal.ts';
export { apiIds, parseScope, resolveScopes, scopeNames, type ApiCatalogue } from './scope.ts';
export { byPassword, decideSignIn, type SignInQuestion } from './session/sign-in.ts';
export { isEndOfAll, judgeDelivery, type Delivery, type NoticeOutcome } from './session/logout-notice.ts';
export { planSignOut } from './session/sign-out.ts';
export { decideCodeExchange, type CodeFacts, type CodeQuestion } from './token/authorization-code.ts';
export { decideClientCredentials } from './token/client-credentials.ts';
export type { Handles, IdTokenGrant, RefreshGrant, StatelessRefresh, TokenGrant } from './token/grant.ts';
export {
  introspect,
  isAccessTokenActive,
  type AccessTokenFacts,
  type IntrospectedToken,
  type Introspector,
} from './token/introspection.ts';
export { decideRefresh, type RefreshQuestion } from './token/refresh.ts';
export { decideRevocation, type RevocableToken } from './token/revocation.ts';
export { latenessSeconds } from './token/cutoff.ts';
export { revocationEntry, type EntryTerms } from './token/revocation-entry.ts';
export type { StatelessToken } from './token/stateless-token.ts';
export { decideStatelessRefresh, type StatelessFacts } from './token/stateless.ts';
export { judge, lastGeneration, retriesPerMinute, type Presentation, type Verdict } from './token/verdict.ts';
