import type { Digest, DeviceId, SessionId, UserId, ApiId, Cause, ClientId } from '@ostiary/wire';
import type { UserState } from './states.ts';

/** A person with an account. `id` is the `sub` of every token. */
export interface User extends UserState {
  username: string;
  /** PHC string ($argon2id$...); absent when the user has no password. */
  passwordHash?: string;
  createdAtMs: number;
  /** When the epoch was raised last. */
  epochRaisedAtMs?: number;
}

/** One browser profile or installed app of one user. It labels; it does not authenticate. */
export interface Device {
  id: DeviceId;
  userId: UserId;
  /** HMAC of device cookie and user: two users of one browser share nothing. */
  cookieHash: Digest;
  name: string;
  userAgent: string;
  createdAtMs: number;
  seenAtMs: number;
  removedAtMs?: number;
}

/** A sign-in on one device, carried by the authentication cookie. */
export interface Session {
  id: SessionId;
  cookieHash: Digest;
  userId: UserId;
  deviceId: DeviceId;
  userEpoch: number;
  authTimeMs: number;
  acr: string;
  amr: string[];
  createdAtMs: number;
  seenAtMs: number;
  endedAtMs?: number;
  endCause?: Cause;
}

/** What a user allowed a client to do. */
export interface Consent {
  userId: UserId;
  clientId: ClientId;
  version: number;
  /** OpenID scopes, `offline_access` among them. */
  scopes: string[];
  apis: Record<ApiId, string[]>;
  /** Hosts of the redirect URIs the user was shown. */
  redirectHosts: string[];
  givenAtMs: number;
  withdrawnAtMs?: number;
}
