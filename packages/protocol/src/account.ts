import type { Device, Ending, Session } from '@ostiary/model';
import type { ClientId, UserId } from '@ostiary/wire';
import { draft, type PlanDraft } from './decision.ts';

/** Signs one device out: its session and all its families end; other devices go on. */
export function planDeviceRemoval(device: Device, nowMs: number): PlanDraft {
  const { userId, id: deviceId } = device;
  return draft({
    ends: endOfDevice(device, nowMs),
    events: [{ kind: 'device_removed', userId, deviceId, cause: 'device_removed' }],
  });
}

/** Signs out every device of the user but the present one. */
export function planOtherDevicesRemoval(current: Session, devices: readonly Device[], nowMs: number): PlanDraft {
  const others = devices.filter((device) => device.userId === current.userId && device.id !== current.deviceId);
  return draft({
    ends: others.flatMap((device) => endOfDevice(device, nowMs)),
    events: others.map(({ userId, id }) => ({ kind: 'device_removed', userId, deviceId: id, cause: 'device_removed' })),
  });
}

function endOfDevice({ userId, id: deviceId }: Device, nowMs: number): Ending[] {
  const cause = 'device_removed';
  return [
    { kind: 'device', id: deviceId, atMs: nowMs },
    { kind: 'sessions', userId, deviceId, cause, atMs: nowMs },
    { kind: 'families', of: { userId, deviceId }, cause, atMs: nowMs },
  ];
}

/** Takes back what the user allowed a client: all its families end, on every device. */
export function planConsentWithdrawal(userId: UserId, clientId: ClientId, nowMs: number): PlanDraft {
  return draft({
    ends: [
      { kind: 'consent', userId, clientId, atMs: nowMs },
      { kind: 'families', of: { userId, clientId }, cause: 'consent_withdrawn', atMs: nowMs },
    ],
    events: [{ kind: 'consent_withdrawn', userId, clientId, cause: 'consent_withdrawn' }],
  });
}

/** Signs the user out everywhere by raising the epoch. */
export function planSignOutEverywhere(userId: UserId, nowMs: number): PlanDraft {
  return endOfEverything(userId, 'signed_out_everywhere', nowMs);
}

/** Bars a user from signing in and ends everything that is theirs. */
export function planUserDisabling(userId: UserId, nowMs: number): PlanDraft {
  return endOfEverything(userId, 'user_disabled', nowMs);
}

function endOfEverything(userId: UserId, cause: 'signed_out_everywhere' | 'user_disabled', nowMs: number): PlanDraft {
  return draft({
    ends: [
      { kind: 'user', id: userId, disable: cause === 'user_disabled', atMs: nowMs },
      { kind: 'sessions', userId, cause, atMs: nowMs },
      { kind: 'families', of: { userId }, cause, atMs: nowMs },
    ],
    events: [{ kind: cause, userId, cause }],
  });
}
