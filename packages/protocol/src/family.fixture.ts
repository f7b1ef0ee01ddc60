import type { Family, FamilyFacts, Grant } from '@ostiary/model';
import type {
  ApiId,
  ApiMetadata,
  ClientId,
  ClientMetadata,
  DeviceId,
  Digest,
  FamilyId,
  RefreshPolicy,
  SessionId,
  UserId,
} from '@ostiary/wire';
import type { Access } from './access.ts';
import type { ApiCatalogue } from './scope.ts';
import type { RefreshQuestion } from './token/refresh.ts';
import type { Presentation } from './token/verdict.ts';

/** The present of all tests: a round number of milliseconds. */
export const nowMs = 1_800_000_000_000;
export const secondMs = 1000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const ada = 'usr_ada' as UserId;
export const bob = 'usr_bob' as UserId;
export const laptop = 'dev_laptop' as DeviceId;
export const phone = 'dev_phone' as DeviceId;
export const adaSession = 'ses_ada' as SessionId;
export const adaFamily = 'fam_ada' as FamilyId;
export const spaId = 'lab-spa' as ClientId;
export const webId = 'lab-web' as ClientId;
export const reports = 'https://api.lab.example' as ApiId;
export const billing = 'https://billing.lab.example' as ApiId;

export function digest(text: string): Digest {
  return `digest-of-${text}` as Digest;
}

export function api(changes: Partial<ApiMetadata> = {}): ApiMetadata {
  return {
    identifier: reports,
    name: 'Reports',
    scopes: { 'read:reports': 'Read your reports', 'write:reports': 'Change your reports' },
    accessTokenSeconds: 3600,
    accessTokenBrowserSeconds: 600,
    accessTokenAlg: 'ES256',
    allowOfflineAccess: true,
    ...changes,
  };
}

export function billingApi(changes: Partial<ApiMetadata> = {}): ApiMetadata {
  return api({
    identifier: billing,
    name: 'Billing',
    scopes: { pay: 'Pay bills' },
    accessTokenSeconds: 900,
    ...changes,
  });
}

export function catalogue(...apis: ApiMetadata[]): ApiCatalogue {
  return new Map((apis.length === 0 ? [api()] : apis).map((each) => [each.identifier, each]));
}

export function policy(changes: Partial<RefreshPolicy> = {}): RefreshPolicy {
  return {
    rotation: 'on',
    boundTo: 'session',
    idleSeconds: (14 * dayMs) / 1000,
    absoluteSeconds: (90 * dayMs) / 1000,
    ...changes,
  };
}

/** A single-page app: public, rotating, bound to the session. */
export function spa(changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return {
    client_id: spaId,
    client_name: 'Lab SPA',
    type: 'spa',
    redirect_uris: ['https://app.example/callback'],
    post_logout_redirect_uris: ['https://app.example/'],
    allowedOrigins: ['https://app.example'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
    requirePkce: true,
    apis: { [reports]: ['read:reports', 'write:reports'] },
    refresh: policy(),
    ...changes,
  };
}

/** A web application with a secret: refresh tokens do not rotate. */
export function web(changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return spa({
    client_id: webId,
    client_name: 'Lab web',
    type: 'web',
    redirect_uris: ['https://web.example/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    refresh: policy({ rotation: 'off', boundTo: 'offline' }),
    ...changes,
  });
}

export function grant(changes: Partial<Grant> = {}): Grant {
  return {
    scopes: ['openid', 'offline_access'],
    apis: { [reports]: ['read:reports', 'write:reports'] },
    acr: '1',
    amr: ['pwd'],
    ...changes,
  };
}

/** A family of Ada's at generation 5, born a day ago and rotated an hour ago without an `attempt`. */
export function family(changes: Partial<Family> = {}): Family {
  return {
    id: adaFamily,
    salt: 'c2FsdCBvZiBhZGE',
    userId: ada,
    clientId: spaId,
    deviceId: laptop,
    sessionId: adaSession,
    terms: { grant: grant(), boundTo: 'session', idleSeconds: 14 * 86_400, absoluteSeconds: 90 * 86_400 },
    generation: 5,
    keyId: 3,
    authTimeMs: nowMs - dayMs,
    createdAtMs: nowMs - dayMs,
    rotatedAtMs: nowMs - hourMs,
    usedAtMs: nowMs - hourMs,
    operation: digest('rotation 5'),
    attempted: false,
    userEpoch: 2,
    clientEpoch: 1,
    consentVersion: 4,
    retries: 0,
    ...changes,
  };
}

/** A family and everything under it, all in order. */
export function facts(changes: Partial<FamilyFacts> = {}): FamilyFacts {
  return {
    family: family(),
    user: { id: ada, epoch: 2, isDisabled: false, claims: { name: 'Ada' } },
    client: { id: spaId, epoch: 1, isDisabled: false },
    consent: { version: 4, isWithdrawn: false },
    device: { id: laptop, isRemoved: false },
    session: { id: adaSession },
    ...changes,
  };
}

export const someAccess: Access = {
  audience: [reports],
  scopes: ['read:reports'],
  lifetimeSeconds: 600,
  alg: 'ES256',
};

/** The newest token of the family, presented by its client: it rotates. */
export function presentation(changes: Partial<Presentation> = {}): Presentation {
  return {
    facts: facts(),
    generation: 5,
    client: spa(),
    isClientAuthenticated: false,
    operation: digest('this request'),
    access: { ok: true, access: someAccess },
    recentRetries: 0,
    ...changes,
  };
}

/** The same as a question to the grant. */
export function refreshQuestion(changes: Partial<RefreshQuestion> = {}): RefreshQuestion {
  return {
    facts: facts(),
    generation: 5,
    client: spa(),
    isClientAuthenticated: false,
    catalogue: catalogue(),
    request: { resources: [] },
    operation: digest('this request'),
    keyId: 7,
    recentRetries: 0,
    ...changes,
  };
}

/** Freezes a value and all that it holds, so that whoever writes to it throws. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
