import type { Family } from '@ostiary/model';
import { deviceHash, type DeviceMark } from './browser.ts';
import type { Service } from './service.ts';

/** Whether the device that a call names is the one that the family was made for. */
export async function fitOf(
  service: Service,
  named: DeviceMark | undefined,
  { userId, deviceId }: Pick<Family, 'userId' | 'deviceId'>,
): Promise<'same' | 'other' | undefined> {
  if (named === undefined) return undefined;
  const device = await service.store.devices.find(deviceId);
  return device?.cookieHash === deviceHash(service, named, userId) ? 'same' : 'other';
}
