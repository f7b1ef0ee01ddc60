import { createHash } from 'node:crypto';
import type {
  Advance,
  AuditEvent,
  AuthorizationCode,
  AuthorizationRequest,
  Consent,
  Device,
  Family,
  FamilyTerms,
  Grant,
  Interaction,
  PartialPlan,
  Plan,
  Redemption,
  RegisteredRedirectUri,
  Session,
  User,
} from '@ostiary/model';
import { idPrefix } from '@ostiary/wire';
import type { ApiId, ClientId, DeviceId, Digest, EventId, FamilyId, IdKind, SessionId, UserId } from '@ostiary/wire';

/** The time that rows of the suite are made at. */
export const bornMs = 1_750_000_000_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const clientId = 'lab-spa' as ClientId;
export const otherClientId = 'lab-web' as ClientId;

export const userId = (label: string) => named('user', label) as UserId;
export const deviceId = (label: string) => named('device', label) as DeviceId;
export const sessionId = (label: string) => named('session', label) as SessionId;
export const familyId = (label: string) => named('family', label) as FamilyId;
export const eventId = (label: string) => named('event', label) as EventId;

export function digest(label: string): Digest {
  return createHash('sha256').update(label).digest('base64url') as Digest;
}

export function plan(parts: PartialPlan): Plan {
  return { expects: [], consumes: [], advances: [], inserts: [], ends: [], touches: [], events: [], ...parts };
}

export const ada = userId('ada');
export const laptop = deviceId('laptop');
export const signIn = sessionId('laptop');

export const grant: Grant = {
  scopes: ['openid', 'offline_access'],
  apis: { ['https://api.lab.example' as ApiId]: ['read:reports', 'eq1'] },
  acr: '1',
  amr: ['pwd'],
};
export const terms: FamilyTerms = { grant, boundTo: 'session', idleSeconds: 1_209_600, absoluteSeconds: 7_776_000 };

export function userRow(label: string, row: Partial<User> = {}): User {
  return {
    id: userId(label),
    username: `${label}@example.com`,
    epoch: 0,
    isDisabled: false,
    claims: { name: label, address: { locality: 'Graz' }, groups: ['a', 'b'] },
    createdAtMs: bornMs,
    ...row,
  };
}

export function deviceRow(label: string, row: Partial<Device> = {}): Device {
  return {
    id: deviceId(label),
    userId: ada,
    cookieHash: digest(`device cookie ${label}`),
    name: `Firefox on ${label}`,
    userAgent: 'Mozilla/5.0',
    createdAtMs: bornMs,
    seenAtMs: bornMs,
    ...row,
  };
}

export function sessionRow(label: string, row: Partial<Session> = {}): Session {
  return {
    id: sessionId(label),
    cookieHash: digest(`session cookie ${label}`),
    userId: ada,
    deviceId: laptop,
    userEpoch: 0,
    authTimeMs: bornMs,
    acr: '1',
    amr: ['pwd'],
    createdAtMs: bornMs,
    seenAtMs: bornMs,
    ...row,
  };
}

export function consentRow(row: Partial<Consent> = {}): Consent {
  return {
    userId: ada,
    clientId,
    version: 1,
    scopes: grant.scopes,
    apis: grant.apis,
    redirectHosts: ['app.example'],
    givenAtMs: bornMs,
    ...row,
  };
}

export function familyRow(label: string, row: Partial<Family> = {}): Family {
  return {
    id: familyId(label),
    salt: named('family', `salt ${label}`).slice(idPrefix.family.length),
    userId: ada,
    clientId,
    deviceId: laptop,
    sessionId: signIn,
    terms,
    generation: 0,
    keyId: 1,
    authTimeMs: bornMs,
    createdAtMs: bornMs,
    rotatedAtMs: bornMs,
    usedAtMs: bornMs,
    operation: digest(`birth of ${label}`),
    attempted: false,
    userEpoch: 0,
    clientEpoch: 0,
    consentVersion: 1,
    retries: 0,
    ...row,
  };
}

export function advance(label: string, from: number, change: Partial<Advance> = {}): Advance {
  const operation = digest(`advance of ${label} from ${from}`);
  return { familyId: familyId(label), from, keyId: 1, atMs: bornMs + 1_000, operation, attempted: false, ...change };
}

export function codeRow(label: string, row: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    hash: digest(`code ${label}`),
    clientId,
    userId: ada,
    deviceId: laptop,
    sessionId: signIn,
    redirectUri: 'https://app.example/callback',
    redirectUriGiven: true,
    codeChallenge: digest('verifier'),
    jkt: digest('key'),
    nonce: 'n-0S6_WzA2Mj',
    grant,
    authTimeMs: bornMs,
    userEpoch: 0,
    clientEpoch: 0,
    consentVersion: 1,
    createdAtMs: bornMs,
    expiresAtMs: bornMs + 60_000,
    ...row,
  };
}

export function redemption(label: string, row: Partial<Redemption> = {}): Redemption {
  return {
    atMs: bornMs + 1_000,
    operation: digest(`redemption ${label}`),
    familyId: familyId(label),
    accessTokenId: `at ${label}`,
    accessTokenExpiresAtMs: bornMs + hourMs,
    ...row,
  };
}

const request: AuthorizationRequest = {
  clientId,
  redirectUri: 'https://app.example/callback' as RegisteredRedirectUri,
  redirectUriGiven: true,
  responseMode: 'query',
  state: 'a "quoted" state, ünïcode and \u0001',
  scopes: ['openid'],
  apis: grant.apis,
  prompts: ['select_account'],
  acrValues: [],
  uiLocales: ['de-AT'],
};

export function interactionRow(label: string, row: Partial<Interaction> = {}): Interaction {
  return {
    hash: digest(`interaction ${label}`),
    browserHash: digest('browser'),
    request,
    createdAtMs: bornMs,
    expiresAtMs: bornMs + 600_000,
    ...row,
  };
}

export function event(label: string, row: Partial<AuditEvent> = {}): AuditEvent {
  return { id: eventId(label), atMs: bornMs, kind: 'family_ended', ...row };
}

/** The same label gives the same id, so that a failure reads alike in every run. */
function named(kind: IdKind, label: string): string {
  const bytes = createHash('sha256').update(`${kind} ${label}`).digest().subarray(0, 16);
  return idPrefix[kind] + bytes.toString('base64url');
}
