import { isIP } from 'node:net';
import type { Parameters, Refusal } from '@ostiary/protocol';
import type { AuthenticatedClient } from '../client-authentication.ts';
import type { DeviceMark } from '../browser.ts';
import type { Service } from '../service.ts';
import { readDeviceName } from './device.ts';
import { standsInService } from './in-service.ts';

/** A call of a back end of the house, after its JSON was read and its client authenticated. */
export interface DirectCall {
  parameters: Parameters;
  client: AuthenticatedClient;
  address: string;
  correlationId: string;
}

/** The device that a call is about, as the back end tells of it. */
export interface NamedDevice {
  mark: DeviceMark;
  name: string | undefined;
}

type Read<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

/** Whether the client may make such calls at all and still stands, and its assertion is used for the first time. */
export async function admit(service: Service, { client, correlationId }: DirectCall): Promise<Read<undefined>> {
  const { metadata, isConfidential } = client;
  const mayCall = metadata.directSignIn === true && metadata.type === 'web' && isConfidential;
  if (!mayCall) return { ok: false, refusal: { reason: 'direct_sign_in_not_allowed' } };
  return standsInService(service, client, { correlationId });
}

/** The call once its assertion is used up. */
export function admitted(call: DirectCall): DirectCall {
  const { once: _, ...client } = call.client;
  return { ...call, client };
}

/**
 * Reads `device_id` and `device_name`. The id is drawn by the app and kept on the device; two clients that use the same ids share
 * nothing.
 */
export function readDevice({ parameters: { single }, client }: DirectCall): Read<NamedDevice> {
  const id = single.get('device_id');
  if (id === undefined) return { ok: false, refusal: { reason: 'parameter_missing', parameter: 'device_id' } };
  if (!/^[\x21-\x7e]{1,128}$/.test(id))
    return { ok: false, refusal: { reason: 'parameter_malformed', parameter: 'device_id' } };
  const name = readDeviceName(single.get('device_name'));
  if (!name.ok) return name;
  return {
    ok: true,
    value: { mark: { kind: 'device-name', parts: [client.metadata.client_id, id] }, name: name.value },
  };
}

/** The address that the limits count: the user's where the back end is believed and says it, else that of the back end. */
export function countedAddress({ parameters, client, address }: DirectCall): Read<string> {
  const told = parameters.single.get('user_address');
  if (told === undefined || client.metadata.believedUserAddress !== true) return { ok: true, value: address };
  if (isIP(told) === 0) return { ok: false, refusal: { reason: 'parameter_malformed', parameter: 'user_address' } };
  return { ok: true, value: told };
}
