import { draft } from '@ostiary/protocol';
import type { Service } from '../service.ts';
import { carryOut } from '../settle.ts';

/** Rotates all keys and records it. Returns what was made, with the time from which each key signs. */
export async function rotateKeys(service: Service): ReturnType<Service['keyring']['rotate']> {
  const made = await service.keyring.rotate();
  await carryOut(service, draft({ events: [{ kind: 'key_rotated' }] }), service.draw.handle());
  return made;
}
