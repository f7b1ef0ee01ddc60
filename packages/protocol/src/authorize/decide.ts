import type {
  AuthorizationCode,
  AuthorizationRequest,
  ClientState,
  Consent,
  Device,
  Grant,
  Interaction,
  Session,
  UserState,
} from '@ostiary/model';
import type { ClientMetadata, Digest, UserId } from '@ostiary/wire';
import { draft, type PlanDraft } from '../decision.ts';
import type { Reason, Refusal } from '../refusal.ts';
import type { IdTokenGrant } from '../token/grant.ts';
import { needsConsent } from './consent.ts';
import { carriesCode, carriesIdToken } from './response-type.ts';
import { isStanding, type SessionFacts, type SessionPolicy } from './session.ts';

/** Lifetime of an authorization code (FAPI 2.0 section 5.3.2.1: at most 60 seconds). */
export const codeSeconds = 60;

export interface AuthorizationQuestion {
  request: AuthorizationRequest;
  client: ClientMetadata;
  clientState: ClientState;
  /** The sign-in behind the browser's cookie, if there is one. */
  signIn?: SessionFacts;
  /** The consent of that user to this client. */
  consent?: Consent;
  /** The page in progress, when the request was shown one before. */
  interaction?: Interaction;
  sessionPolicy: SessionPolicy;
  /** Development only: remembered consent is silent for loopback redirects of public clients too. */
  trustsLoopback: boolean;
  /** Digest of the code drawn for this request. */
  codeHash: Digest;
}

/** What goes to the client: a code, an ID token that is minted once the plan is committed, or both. */
export interface AuthorizationGrant {
  subject: UserId;
  code?: AuthorizationCode;
  idToken?: IdTokenGrant;
}

/** What an authorization request leads to. */
export type AuthorizationOutcome =
  | { kind: 'granted'; grant: AuthorizationGrant; plan: PlanDraft }
  | { kind: 'sign_in'; why: 'no_session' | 'asked' | 'too_old' | 'other_user_hinted' }
  | { kind: 'choose_account' }
  | { kind: 'ask_consent' }
  | { kind: 'refused'; refusal: Refusal };

interface SignedIn {
  session: Session;
  user: UserState;
  device: Device;
}

/**
 * Decides an authorization request: an answer at once, a page first, or an error to the client.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation OpenID Connect Core 3.1.2.2 to 3.1.2.6}
 */
export function decideAuthorization(question: AuthorizationQuestion, nowMs: number): AuthorizationOutcome {
  const { request, client, consent, interaction } = question;
  const isSilent = request.prompts.includes('none');
  if (question.clientState.isDisabled) return refusedBecause('client_disabled');
  const signedIn = signedInUser(question, nowMs);
  const needed = signInNeeded(signedIn, request, interaction, nowMs);
  if (needed === 'wrong_user_after_sign_in') return refusedBecause('other_user_signed_in');
  if (needed !== undefined || signedIn === undefined) {
    return isSilent ? refusedBecause('login_required') : { kind: 'sign_in', why: needed ?? 'no_session' };
  }
  if (request.prompts.includes('select_account') && !wasChosen(signedIn.session, interaction))
    return { kind: 'choose_account' };
  if (needsConsent(request, consent, client, question.trustsLoopback)) {
    return isSilent ? refusedBecause('consent_required') : { kind: 'ask_consent' };
  }
  return grantAuthorization(question, signedIn, consent?.version ?? 0, nowMs);
}

function signedInUser({ signIn, sessionPolicy }: AuthorizationQuestion, nowMs: number): SignedIn | undefined {
  if (signIn === undefined || !isStanding(signIn, sessionPolicy, nowMs)) return undefined;
  const { session, user, device } = signIn;
  return user === undefined || device === undefined ? undefined : { session, user, device };
}

type SignInNeed = 'no_session' | 'asked' | 'too_old' | 'other_user_hinted' | 'wrong_user_after_sign_in';

/** OpenID Connect Core 3.1.2.3: when the user must be authenticated although a session may stand. */
function signInNeeded(
  signedIn: SignedIn | undefined,
  request: AuthorizationRequest,
  interaction: Interaction | undefined,
  nowMs: number,
): SignInNeed | undefined {
  if (signedIn === undefined) return 'no_session';
  const { session } = signedIn;
  const isFresh = interaction !== undefined && session.authTimeMs >= interaction.createdAtMs;
  if (request.hintedSub !== undefined && request.hintedSub !== session.userId) {
    return isFresh ? 'wrong_user_after_sign_in' : 'other_user_hinted';
  }
  if (isFresh) return undefined;
  if (request.prompts.includes('login')) return 'asked';
  const isTooOld = request.maxAgeSeconds !== undefined && nowMs - session.authTimeMs > request.maxAgeSeconds * 1000;
  return isTooOld || request.maxAgeSeconds === 0 ? 'too_old' : undefined;
}

function wasChosen(session: Session, interaction: Interaction | undefined): boolean {
  if (interaction === undefined) return false;
  return interaction.chosenSessionId === session.id || session.authTimeMs >= interaction.createdAtMs;
}

/** What a code is made of besides the sign-in. */
export type CodeGround = Pick<
  AuthorizationQuestion,
  'request' | 'client' | 'interaction' | 'clientState' | 'codeHash' | 'consent'
> & {
  /** What the grant holds besides what was asked for. */
  extras?: Pick<Grant, 'claims' | 'needsDevice'>;
};

/** A code, and the plan that makes it. */
export function issueCode(
  ground: CodeGround,
  signedIn: SignedIn,
  consentVersion: number,
  nowMs: number,
): { code: AuthorizationCode; plan: PlanDraft } {
  const code = codeFor(ground, signedIn, consentVersion, nowMs);
  return { code, plan: planAnswer(ground, signedIn, code, nowMs) };
}

/** What the response type asks for, and the plan that makes it. */
export function grantAuthorization(
  question: AuthorizationQuestion,
  signedIn: SignedIn,
  consentVersion: number,
  nowMs: number,
): AuthorizationOutcome & { kind: 'granted' } {
  const { request } = question;
  const responseType = request.responseType ?? 'code';
  const code = carriesCode(responseType) ? codeFor(question, signedIn, consentVersion, nowMs) : undefined;
  const grant: AuthorizationGrant = {
    subject: signedIn.user.id,
    ...(code && { code }),
    ...(carriesIdToken(responseType) && { idToken: idTokenFor(request, signedIn, code === undefined) }),
  };
  return { kind: 'granted', grant, plan: planAnswer(question, signedIn, code, nowMs) };
}

/** It expects everything that the answer stands on, and uses up the page in progress. */
function planAnswer(
  { request, client, interaction, clientState, consent }: CodeGround,
  { session, user, device }: SignedIn,
  code: AuthorizationCode | undefined,
  nowMs: number,
): PlanDraft {
  return draft({
    expects: [
      { kind: 'user', id: user.id, epoch: user.epoch },
      { kind: 'client', id: request.clientId, epoch: clientState.epoch },
      { kind: 'session', id: session.id },
      { kind: 'device', id: device.id },
      { kind: 'consent', userId: user.id, clientId: request.clientId, version: consent?.version },
    ],
    consumes: interaction === undefined ? [] : [{ kind: 'interaction', hash: interaction.hash }],
    inserts: [
      ...(code === undefined ? [] : [{ kind: 'code' as const, row: code }]),
      ...(client.backchannel_logout_uri === undefined ? [] : [participation(request, session, nowMs)]),
    ],
    touches: [{ kind: 'session', id: session.id, seenAtMs: nowMs }],
  });
}

/** From now on the client is to be told when the session ends. */
function participation({ clientId }: AuthorizationRequest, { id: sessionId }: Session, nowMs: number) {
  return { kind: 'participant' as const, row: { sessionId, clientId, joinedAtMs: nowMs } };
}

function codeFor(
  { request, clientState, codeHash, extras }: CodeGround,
  { session, user, device }: SignedIn,
  consentVersion: number,
  nowMs: number,
): AuthorizationCode {
  const { acr, amr, authTimeMs } = session;
  return {
    hash: codeHash,
    clientId: request.clientId,
    userId: user.id,
    deviceId: device.id,
    sessionId: session.id,
    redirectUri: request.redirectUri,
    redirectUriGiven: request.redirectUriGiven,
    codeChallenge: request.codeChallenge,
    jkt: request.jkt,
    nonce: request.nonce,
    grant: { scopes: request.scopes, apis: request.apis, acr, amr, ...extras },
    authTimeMs,
    userEpoch: user.epoch,
    clientEpoch: clientState.epoch,
    consentVersion,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + codeSeconds * 1000,
  };
}

/**
 * An ID token that passes through the browser tells who signed in, and no more where the one of the token endpoint will; alone, it
 * has the claims that the scopes ask for.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2 OpenID Connect Core 3.3.3.6 and 5.4}
 */
function idTokenFor(
  { nonce, scopes }: AuthorizationRequest,
  { session, user }: SignedIn,
  isAlone: boolean,
): IdTokenGrant {
  const { acr, amr, authTimeMs, id: sessionId } = session;
  return { authTimeMs, acr, amr, nonce, sessionId, scopes: isAlone ? scopes : ['openid'], claims: user.claims };
}

function refusedBecause(reason: Reason): AuthorizationOutcome {
  return { kind: 'refused', refusal: { reason } };
}
