import type { ApiId, Cause, ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import type { ClientState, ConsentState, DeviceState, SessionState, UserState } from './states.ts';

/** What was granted, to which APIs, and how the user had signed in: equal for many families, so adapters intern it. */
export interface Grant {
  /** OpenID scopes: `openid`, `profile`, `offline_access` ... */
  scopes: string[];
  apis: Record<ApiId, string[]>;
  acr: string;
  amr: string[];
  /** Claims of the client's own, which its back end had put into the access tokens. */
  claims?: Record<string, unknown>;
  /** Each use of the refresh token must name the device that it was made for. */
  needsDevice?: true;
}

/** The part of a family that never changes and that many families share. Limits are seconds; absent = never. */
export interface FamilyTerms {
  grant: Grant;
  boundTo: 'session' | 'offline';
  idleSeconds?: number;
  absoluteSeconds?: number;
}

/** The line of refresh tokens that descends from one sign-in: user + client + device. One row for its whole life. */
export interface Family {
  id: FamilyId;
  /** 128 random bits, base64url; part of every tag, so that the server key alone mints nothing. */
  salt: string;
  userId: UserId;
  clientId: ClientId;
  deviceId: DeviceId;
  sessionId: SessionId;
  terms: FamilyTerms;
  /** Position of the newest refresh token: 0, 1, 2 ... */
  generation: number;
  /** HMAC key of the newest refresh token. */
  keyId: number;
  authTimeMs: number;
  createdAtMs: number;
  rotatedAtMs: number;
  usedAtMs: number;
  /** Hash of the operation that made the newest generation. */
  operation: Digest;
  /** Whether that operation was named by the client (`attempt`). */
  attempted: boolean;
  /** Thumbprint of the DPoP key the family is bound to, fixed at birth (RFC 9449). */
  jkt?: string;
  /** Versions read at birth: a later one tells that what the family stood on was taken away. */
  userEpoch: number;
  clientEpoch: number;
  consentVersion: number;
  retries: number;
  endedAtMs?: number;
  endCause?: Cause;
}

/** A family and the state of everything it stands on, read together. Absent = the row is gone. */
export interface FamilyFacts {
  family: Family;
  user: UserState;
  client: ClientState;
  consent?: ConsentState;
  device?: DeviceState;
  session?: SessionState;
}
