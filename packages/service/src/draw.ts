import {
  idPrefix,
  type DeviceId,
  type Digest,
  type EventId,
  type FamilyId,
  type SessionId,
  type UserId,
} from '@ostiary/wire';
import type { Random } from './ports.ts';

/** Draws ids of 128 bits and secrets of 256. */
export interface Draw {
  userId(): UserId;
  deviceId(): DeviceId;
  sessionId(): SessionId;
  familyId(): FamilyId;
  eventId(): EventId;
  /** 128 bits without prefix: salts, `jti`, correlation ids. */
  handle(): string;
  /** 256 bits: codes, tickets, cookies. */
  secret(): string;
  /** 256 bits in the form of a digest: an operation id that nobody needs to know in the clear. */
  operation(): Digest;
}

const poolBytes = 4096;

/** Draws from a pool that is filled some kilobytes at a time: one call to the system serves a hundred ids. */
export function drawFrom(random: Random): Draw {
  let pool = Buffer.alloc(0);
  const text = (length: number) => {
    if (pool.length < length) pool = Buffer.from(random.bytes(poolBytes));
    const drawn = pool.toString('base64url', 0, length);
    pool = pool.subarray(length);
    return drawn;
  };
  return {
    userId: () => (idPrefix.user + text(16)) as UserId,
    deviceId: () => (idPrefix.device + text(16)) as DeviceId,
    sessionId: () => (idPrefix.session + text(16)) as SessionId,
    familyId: () => (idPrefix.family + text(16)) as FamilyId,
    eventId: () => (idPrefix.event + text(16)) as EventId,
    handle: () => text(16),
    secret: () => text(32),
    operation: () => text(32) as Digest,
  };
}
