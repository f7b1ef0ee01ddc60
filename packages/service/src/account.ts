import type { AuditEvent, Consent, Device, FamilyFacts } from '@ostiary/model';
import {
  planConsentWithdrawal,
  planDeviceRemoval,
  planOtherDevicesRemoval,
  planSignOutEverywhere,
} from '@ostiary/protocol';
import type { ClientId, DeviceId } from '@ostiary/wire';
import type { Browser, SignedIn } from './browser.ts';
import type { Service } from './service.ts';
import { carryOut, type Answer } from './settle.ts';

/** What a user sees of their own: devices with the apps on them, what they allowed, what happened. */
export interface Account {
  devices: { device: Device; isCurrent: boolean; clientIds: ClientId[] }[];
  consents: Consent[];
  events: AuditEvent[];
}

const eventsShown = 20;

export async function loadAccount({ store }: Service, { user, device: current }: SignedIn): Promise<Account> {
  const [devices, consents, families, events] = await Promise.all([
    store.devices.list(user.id),
    store.consents.list(user.id),
    store.families.listLiving(user.id),
    store.audit.listByUser(user.id, eventsShown),
  ]);
  return {
    devices: devices.map((device) => ({
      device,
      isCurrent: device.id === current.id,
      clientIds: clientsOn(device, families),
    })),
    consents,
    events,
  };
}

function clientsOn(device: Device, families: readonly FamilyFacts[]): ClientId[] {
  const here = families.filter(({ family }) => family.deviceId === device.id);
  return [...new Set(here.map(({ family }) => family.clientId))];
}

/** Signs one of the user's devices out. A device of somebody else is as good as none. */
export async function removeDevice(
  service: Service,
  { user }: SignedIn,
  deviceId: DeviceId,
  browser: Browser,
): Promise<Answer<undefined>> {
  const device = await service.store.devices.find(deviceId);
  if (device === undefined || device.userId !== user.id) return { ok: true, value: undefined };
  return carryOut(service, planDeviceRemoval(device, service.clock.now()), browser.correlationId);
}

export async function removeOtherDevices(
  service: Service,
  { user, session }: SignedIn,
  browser: Browser,
): Promise<Answer<undefined>> {
  const devices = await service.store.devices.list(user.id);
  return carryOut(service, planOtherDevicesRemoval(session, devices, service.clock.now()), browser.correlationId);
}

/** Ends every session and refresh token of the user, the present session and stateless tokens included. */
export async function signOutEverywhere(
  service: Service,
  { user }: SignedIn,
  browser: Browser,
): Promise<Answer<undefined>> {
  return carryOut(service, planSignOutEverywhere(user.id, service.clock.now()), browser.correlationId);
}

export async function withdrawConsent(
  service: Service,
  { user }: SignedIn,
  clientId: ClientId,
  browser: Browser,
): Promise<Answer<undefined>> {
  return carryOut(service, planConsentWithdrawal(user.id, clientId, service.clock.now()), browser.correlationId);
}
