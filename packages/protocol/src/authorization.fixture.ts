import type {
  AuthorizationCode,
  AuthorizationRequest,
  Consent,
  Device,
  Interaction,
  RegisteredRedirectUri,
  Session,
} from '@ostiary/model';
import type { AuthorizationQuestion } from './authorize/decide.ts';
import { parseAuthorizationRequest } from './authorize/request.ts';
import type { SessionFacts, SessionPolicy } from './authorize/session.ts';
import {
  ada,
  adaFamily,
  adaSession,
  catalogue,
  dayMs,
  digest,
  facts,
  grant,
  hourMs,
  laptop,
  nowMs,
  reports,
  spa,
  spaId,
} from './family.fixture.ts';
import { readParameters } from './parameters.ts';
import { matchRedirectUri } from './redirect-uri.ts';
import type { Refusal } from './refusal.ts';
import type { CodeFacts, CodeQuestion } from './token/authorization-code.ts';

export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A complete request of the single-page app, as a browser sends it. */
export const plainRequest = {
  client_id: spaId,
  redirect_uri: 'https://app.example/callback',
  response_type: 'code',
  scope: 'openid offline_access read:reports',
  state: 'af0ifjsldkj',
  nonce: 'n-0S6_WzA2Mj',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

type Parsed = ReturnType<typeof parseAuthorizationRequest>;

/** Parses as the authorization endpoint does: parameters, redirect URI, then the request. */
export function parse(
  changes: Record<string, string | undefined> = {},
  client = spa(),
  hint?: Parameters<typeof parseAuthorizationRequest>[1]['hint'],
): Parsed {
  const pairs = Object.entries({ ...plainRequest, client_id: client.client_id, ...changes }).flatMap(
    ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
  );
  const parameters = readParameters(pairs);
  if (!parameters.ok) return parameters;
  const redirect = matchRedirectUri(parameters.value.single.get('redirect_uri'), client);
  if (!redirect.ok) return redirect;
  return parseAuthorizationRequest(parameters.value, {
    client,
    redirectUri: redirect.value,
    catalogue: catalogue(),
    hint,
  });
}

export function refusalIn(parsed: Parsed): Refusal | undefined {
  return parsed.ok ? undefined : parsed.refusal;
}

export const sessionPolicy: SessionPolicy = { idleSeconds: 3 * 86_400, absoluteSeconds: 30 * 86_400 };

export function session(changes: Partial<Session> = {}): Session {
  return {
    id: adaSession,
    cookieHash: digest('session cookie'),
    userId: ada,
    deviceId: laptop,
    userEpoch: 2,
    authTimeMs: nowMs - hourMs,
    acr: '1',
    amr: ['pwd'],
    createdAtMs: nowMs - dayMs,
    seenAtMs: nowMs - hourMs,
    ...changes,
  };
}

export function device(changes: Partial<Device> = {}): Device {
  return {
    id: laptop,
    userId: ada,
    cookieHash: digest('device cookie'),
    name: 'Firefox on Linux',
    userAgent: 'Mozilla/5.0',
    createdAtMs: nowMs - 30 * dayMs,
    seenAtMs: nowMs - hourMs,
    ...changes,
  };
}

export function signIn(changes: Partial<SessionFacts> = {}): SessionFacts {
  return { session: session(), user: facts().user, device: device(), ...changes };
}

export function consent(changes: Partial<Consent> = {}): Consent {
  return {
    userId: ada,
    clientId: spaId,
    version: 4,
    scopes: ['openid', 'offline_access'],
    apis: { [reports]: ['read:reports', 'write:reports'] },
    redirectHosts: ['app.example'],
    givenAtMs: nowMs - 10 * dayMs,
    ...changes,
  };
}

export function request(changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    clientId: spaId,
    redirectUri: 'https://app.example/callback' as RegisteredRedirectUri,
    redirectUriGiven: true,
    responseMode: 'query',
    state: 'af0ifjsldkj',
    nonce: 'n-0S6_WzA2Mj',
    codeChallenge: challenge,
    scopes: ['openid', 'offline_access'],
    apis: { [reports]: ['read:reports'] },
    prompts: [],
    acrValues: [],
    uiLocales: [],
    ...changes,
  };
}

/** A page that was begun a minute ago. */
export function interaction(changes: Partial<Interaction> = {}): Interaction {
  return {
    hash: digest('ticket'),
    browserHash: digest('browser'),
    request: request(),
    createdAtMs: nowMs - 60_000,
    expiresAtMs: nowMs + 600_000,
    ...changes,
  };
}

/** Ada is signed in and allowed all that is asked: a code follows at once. */
export function authorizationQuestion(changes: Partial<AuthorizationQuestion> = {}): AuthorizationQuestion {
  return {
    request: request(),
    client: spa(),
    clientState: facts().client,
    signIn: signIn(),
    consent: consent(),
    sessionPolicy,
    trustsLoopback: false,
    codeHash: digest('code'),
    ...changes,
  };
}

/** A code made a second ago. */
export function code(changes: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    hash: digest('code'),
    clientId: spaId,
    userId: ada,
    deviceId: laptop,
    sessionId: adaSession,
    redirectUri: 'https://app.example/callback',
    redirectUriGiven: true,
    codeChallenge: challenge,
    nonce: 'n-0S6_WzA2Mj',
    grant: grant(),
    authTimeMs: nowMs - hourMs,
    userEpoch: 2,
    clientEpoch: 1,
    consentVersion: 4,
    createdAtMs: nowMs - 1000,
    expiresAtMs: nowMs + 59_000,
    ...changes,
  };
}

export function codeFacts(changes: Partial<CodeFacts> = {}): CodeFacts {
  return {
    code: code(),
    user: facts().user,
    client: facts().client,
    consent: consent(),
    device: device(),
    session: session(),
    surplus: [],
    ...changes,
  };
}

/** The right client presents the code with the right verifier: a family is born. */
export function codeQuestion(changes: Partial<CodeQuestion> = {}): CodeQuestion {
  return {
    facts: codeFacts(),
    client: spa(),
    catalogue: catalogue(),
    redirectUri: 'https://app.example/callback',
    isVerifierRight: true,
    resources: [],
    operation: digest('this request'),
    newborn: { id: adaFamily, salt: 'c2FsdCBvZiBhZGE', keyId: 7 },
    accessTokenId: 'jti-1',
    ...changes,
  };
}
