import type { ClientId, DeviceId, FamilyId, SessionId, UserId } from '@ostiary/wire';

/**
 * Something that ended before the access tokens that stand on it did, as the store remembers it. `atMs` was noted by whoever
 * ended it, before the commit.
 */
export type Ended =
  | { kind: 'family'; id: FamilyId; atMs: number }
  | { kind: 'session'; id: SessionId; atMs: number }
  | { kind: 'device'; id: DeviceId; atMs: number }
  /** One access token. */
  | { kind: 'token'; tokenId: string; expiresAtMs: number }
  /** `epoch` is the one that counts now. */
  | { kind: 'user'; id: UserId; epoch: number; atMs: number }
  /** Withdrawn at that time, or given again at that time after it was withdrawn before. */
  | { kind: 'consent'; userId: UserId; clientId: ClientId; isOver: boolean; atMs: number }
  /** Disabled at that time, or enabled again at that time after it was disabled before. */
  | { kind: 'client'; id: ClientId; isOver: boolean; atMs: number };
