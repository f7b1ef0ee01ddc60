import { idPrefix, type DeviceId, type EventId, type FamilyId, type SessionId, type UserId } from '@ostiary/wire';
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
  /** 256 bits: codes, tickets, cookies, operation ids. */
  secret(): string;
}

export function drawFrom(random: Random): Draw {
  const text = (length: number) => Buffer.from(random.bytes(length)).toString('base64url');
  return {
    userId: () => (idPrefix.user + text(16)) as UserId,
    deviceId: () => (idPrefix.device + text(16)) as DeviceId,
    sessionId: () => (idPrefix.session + text(16)) as SessionId,
    familyId: () => (idPrefix.family + text(16)) as FamilyId,
    eventId: () => (idPrefix.event + text(16)) as EventId,
    handle: () => text(16),
    secret: () => text(32),
  };
}
