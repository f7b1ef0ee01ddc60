import type { Cause, ClientId, Digest, DeviceId, FamilyId, SessionId, UserId } from '@ostiary/wire';
import type { AuditEvent } from './audit.ts';
import type { AuthorizationCode, Interaction, Redemption } from './authorization.ts';
import type { Family } from './family.ts';
import type { Participant } from './participant.ts';
import type { Consent, Device, Session, User } from './user.ts';

/**
 * Everything one decision changes, as plain data. A store commits it as a whole or not at all.
 * `expects`, `consumes`, `advances` and conditional `inserts` can lose a race; the rest cannot fail.
 */
export interface Plan {
  /** Rows that must still stand as they were read. */
  expects: Expectation[];
  /** Single uses: each succeeds once in the life of the row. */
  consumes: Consumption[];
  /** Compare-and-set of family generations. */
  advances: Advance[];
  inserts: Insertion[];
  /** Unconditional, monotonic: ending what has ended already changes nothing. */
  ends: Ending[];
  /** Unconditional notes of use; the later time wins. */
  touches: Touch[];
  events: AuditEvent[];
}

export type Expectation =
  | { kind: 'user'; id: UserId; epoch: number }
  | { kind: 'client'; id: ClientId; epoch: number }
  /** `version: undefined`: no consent row yet. */
  | { kind: 'consent'; userId: UserId; clientId: ClientId; version: number | undefined }
  | { kind: 'session'; id: SessionId }
  | { kind: 'device'; id: DeviceId }
  /** It has not ended: whoever ends it and records that is the first. */
  | { kind: 'family'; id: FamilyId };

export type Consumption =
  | { kind: 'code'; hash: Digest; redemption: Redemption }
  | { kind: 'interaction'; hash: Digest }
  /** A one-time value such as the `jti` of a client assertion, remembered until it expires anyway. */
  | { kind: 'once'; hash: Digest; expiresAtMs: number; operation: Digest };

/** `from -> from + 1` of a living family. */
export interface Advance {
  familyId: FamilyId;
  from: number;
  keyId: number;
  atMs: number;
  operation: Digest;
  attempted: boolean;
}

export type Insertion =
  | { kind: 'family'; row: Family }
  | { kind: 'code'; row: AuthorizationCode }
  | { kind: 'interaction'; row: Interaction }
  | { kind: 'session'; row: Session }
  | { kind: 'device'; row: Device }
  /** Inserts or replaces the consent of this user and client. */
  | { kind: 'consent'; row: Consent }
  /** Changes nothing when the client takes part already. The plan expects the session. */
  | { kind: 'participant'; row: Pick<Participant, 'sessionId' | 'clientId' | 'joinedAtMs'> }
  /** Loses when the username is taken. */
  | { kind: 'user'; row: User }
  /** An access token that no longer counts although it has not expired. */
  | { kind: 'revokedToken'; tokenId: string; expiresAtMs: number; atMs: number };

export type Ending =
  | { kind: 'family'; id: FamilyId; cause: Cause; atMs: number }
  | { kind: 'families'; of: FamilySelection; cause: Cause; atMs: number }
  /** With a session end its participants: they are to be told. */
  | { kind: 'session'; id: SessionId; cause: Cause; atMs: number }
  | { kind: 'sessions'; userId: UserId; deviceId?: DeviceId; exceptDeviceId?: DeviceId; cause: Cause; atMs: number }
  | { kind: 'device'; id: DeviceId; atMs: number }
  | { kind: 'consent'; userId: UserId; clientId: ClientId; atMs: number }
  /** Raises the user's epoch; `disable` also bars further sign-in. */
  | { kind: 'user'; id: UserId; disable: boolean; atMs: number };

/** Which living families an ending takes: all of the user's that match every field given. */
export interface FamilySelection {
  userId: UserId;
  clientId?: ClientId;
  deviceId?: DeviceId;
  exceptDeviceId?: DeviceId;
  sessionId?: SessionId;
  /** Only families bound to their session (sign-out); default: all. */
  boundTo?: 'session';
}

export type Touch =
  | { kind: 'family'; id: FamilyId; usedAtMs?: number; retries?: number }
  /** Also moves the session to the cookie and sign-in time of a renewed authentication, when given. */
  | {
      kind: 'session';
      id: SessionId;
      seenAtMs: number;
      renewed?: { cookieHash: Digest; authTimeMs: number; acr: string; amr: string[] };
    }
  | { kind: 'device'; id: DeviceId; seenAtMs: number; userAgent: string; name: string }
  | { kind: 'interaction'; hash: Digest; chosenSessionId: SessionId }
  | { kind: 'password'; userId: UserId; passwordHash: string }
  /** Lets a disabled user sign in again; what ended stays ended. */
  | { kind: 'enable'; userId: UserId };

/** What a lost race was about; the phases run again on fresh facts. */
export type Conflict =
  | 'user'
  | 'client'
  | 'consent'
  | 'session'
  | 'device'
  | 'family'
  | 'code'
  | 'interaction'
  | 'once'
  | 'username';

export type CommitResult = { kind: 'committed' } | { kind: 'lost'; conflict: Conflict };

/** A plan with nothing in it, to build upon. */
export type PartialPlan = Partial<Plan>;
