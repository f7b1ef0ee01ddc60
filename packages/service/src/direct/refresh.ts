import type { DirectAnswer } from '@ostiary/wire';
import type { Service } from '../service.ts';
import type { Answer } from '../settle.ts';
import { answerTokenRequest } from '../token.ts';
import { directAnswer } from './answer.ts';
import { admit, admitted, readDevice, type DirectCall } from './call.ts';

const attemptPattern = /^[A-Za-z0-9_-]{22,128}$/;

/**
 * The refresh call: judged like every refresh, and by the device that it names besides. Another device is refused, and the family
 * lives.
 */
export async function refreshDirectly(service: Service, call: DirectCall): Promise<Answer<DirectAnswer>> {
  const isAdmitted = await admit(service, call);
  if (!isAdmitted.ok) return isAdmitted;
  const { single, resources } = call.parameters;
  const refreshToken = single.get('refresh_token');
  if (refreshToken === undefined)
    return { ok: false, refusal: { reason: 'parameter_missing', parameter: 'refresh_token' } };
  const attempt = single.get('attempt');
  if (attempt !== undefined && !attemptPattern.test(attempt))
    return { ok: false, refusal: { reason: 'parameter_malformed', parameter: 'attempt' } };
  const device = readDevice(call);
  if (!device.ok) return device;
  const { mark } = device.value;
  const request = { grantType: 'refresh_token', refreshToken, scope: single.get('scope'), resources, attempt } as const;
  const tokens = await answerTokenRequest(service, { ...request, device: mark }, admitted(call));
  return tokens.ok ? { ok: true, value: directAnswer(tokens.value) } : tokens;
}
