import type { Consent, ConsentState, Device, Session, User } from '@ostiary/model';
import type { ClientId, DeviceId, Digest, SessionId, UserId } from '@ostiary/wire';

export interface Users {
  find(id: UserId): Promise<User | undefined>;
  /** Compared without case folding beyond what the caller did. */
  findByUsername(username: string): Promise<User | undefined>;
}

export interface Sessions {
  /** By the digest of the cookie, ended ones too, so that the cause can be told. */
  findByCookie(cookieHash: Digest): Promise<Session | undefined>;
  find(id: SessionId): Promise<Session | undefined>;
  listLiving(userId: UserId): Promise<Session[]>;
}

export interface Devices {
  /** The device of this user behind this cookie that has not been removed. */
  findByCookie(userId: UserId, cookieHash: Digest): Promise<Device | undefined>;
  find(id: DeviceId): Promise<Device | undefined>;
  /** Not removed, last seen first. */
  list(userId: UserId): Promise<Device[]>;
}

export interface Consents {
  /** Withdrawn ones too: their version matters. */
  find(userId: UserId, clientId: ClientId): Promise<Consent | undefined>;
  /** Standing consents. */
  list(userId: UserId): Promise<Consent[]>;
}

/** Version and standing of a consent as exchanges compare them. */
export function consentState(consent: Consent): ConsentState {
  return { version: consent.version, isWithdrawn: consent.withdrawnAtMs !== undefined };
}
