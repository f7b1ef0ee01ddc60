import type { Cause, ClientId, DeviceId, SessionId, UserId } from '@ostiary/wire';

/** The little of a user that every exchange compares. `claims` go into ID tokens and userinfo. */
export interface UserState {
  id: UserId;
  /** Raised by "sign out everywhere" and by disabling. */
  epoch: number;
  isDisabled: boolean;
  claims: Record<string, unknown>;
}

/** The changing part of a client; its registration is configuration. */
export interface ClientState {
  id: ClientId;
  /** Raised when the client is disabled, so that enabling it again revives nothing. */
  epoch: number;
  isDisabled: boolean;
}

/** A client as the store keeps it. */
export interface Client extends ClientState {
  /** When it was disabled, or enabled again, last; else when it was first seen. */
  changedAtMs: number;
}

export interface ConsentState {
  /** Raised when something is taken away; widening keeps it, so that other devices go on. */
  version: number;
  isWithdrawn: boolean;
}

export interface DeviceState {
  id: DeviceId;
  isRemoved: boolean;
}

export interface SessionState {
  id: SessionId;
  endCause?: Cause;
}
