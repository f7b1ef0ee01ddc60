export {
  apiIds,
  isReservedClaim,
  notYetAllowed,
  readParameters,
  redirectHost,
  wireWords,
  type ApiCatalogue,
  type Parameters,
  type Refusal,
  type ReturnAddress,
} from '@ostiary/protocol';
export * from './account.ts';
export * from './authorize.ts';
export { tellOfLogouts, tellsOfLogouts } from './back-channel-logout.ts';
export {
  csrfToken,
  currentSignIn,
  isCsrfTokenRight,
  isOwnDeviceCookie,
  makeDeviceCookie,
  type Browser,
  type SignedIn,
} from './browser.ts';
export { authenticateCaller, type AuthenticatedCaller } from './caller-authentication.ts';
export { authenticateClient, type AuthenticatedClient, type ClientCredentials } from './client-authentication.ts';
export { digest } from './digest.ts';
export { answerChallenge, type ChallengeAnswer } from './direct/challenge.ts';
export { generateTokens, type TokenOrder } from './direct/generate.ts';
export { refreshDirectly } from './direct/refresh.ts';
export { signInDirectly } from './direct/sign-in.ts';
export { currentProofNonce } from './dpop/nonce.ts';
export { proofAlgs } from './dpop/proof-key.ts';
export { readProof, type ProvenKey } from './dpop/proof.ts';
export { findInteraction } from './interaction.ts';
export { introspectToken, readUserInfo } from './introspection.ts';
export { jwksCacheSeconds } from './keys/keyring.ts';
export { rotateKeys } from './keys/rotate.ts';
export { endLostHistory, type EndOfHistory } from './lost-history.ts';
export { requestLogout, type LogoutResult } from './logout.ts';
export { describeIssuer, endpoints } from './metadata.ts';
export type * from './ports.ts';
export { revokeToken } from './revocation.ts';
export { admitReader, followRevocations, pollRevocations, type FeedReader } from './revocations/reader.ts';
export type { SentBatch } from './revocations/recent-batches.ts';
export { createService, reconfigure, type ServiceDependencies } from './create-service.ts';
export type { Service } from './service.ts';
export { applyConfiguration } from './seed.ts';
export type * from './settings.ts';
export { signIn } from './sign-in.ts';
export { refusalOfOutage, type Answer } from './settle.ts';
export { answerTokenRequest, type TokenRequest } from './token.ts';
export { flushCounters, keepUp } from './upkeep.ts';
export { addUser, disableUser, enableUser, isUserDisabled, signOutUser } from './users.ts';
