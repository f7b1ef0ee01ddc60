import { directRequest, type Refusal } from '@ostiary/protocol';
import type { DirectAnswer } from '@ostiary/wire';
import type { Service } from '../service.ts';
import type { Answer } from '../settle.ts';
import { signInAt, type SignInPlace } from '../sign-in.ts';
import { answerTokenRequest } from '../token.ts';
import { directAnswer } from './answer.ts';
import { issueDirectCode } from './authorize.ts';
import { admit, admitted, countedAddress, readDevice, type DirectCall } from './call.ts';
import { noted, refusalOfSignIn } from './refusal.ts';

/**
 * The JSON call: a back end of the house shows what its user typed and names the device; the answer is a family bound to that user
 * and device. It goes the way of every sign-in and every code, in one call: (1) who asks, (2) what for, (3) who signs in,
 * (4) a code that never leaves the server, (5) its tokens.
 */
export async function signInDirectly(service: Service, call: DirectCall): Promise<Answer<DirectAnswer>> {
  return noted(service, call, await tokensBySignIn(service, call));
}

async function tokensBySignIn(service: Service, call: DirectCall): Promise<Answer<DirectAnswer>> {
  const isAdmitted = await admit(service, call);
  if (!isAdmitted.ok) return isAdmitted;
  const { parameters, client, correlationId } = call;
  const request = directRequest(
    { scope: parameters.single.get('scope'), resources: parameters.resources },
    client.metadata,
    service.catalogue,
  );
  if (!request.ok) return request;
  const asked = readSignIn(call);
  if (!asked.ok) return asked;
  const signedIn = await signInAt(service, asked.credentials, asked.place);
  if (signedIn.kind !== 'signed_in') return { ok: false, refusal: refusalOfSignIn(signedIn) };
  const code = await issueDirectCode(service, {
    request: request.value,
    sessionId: signedIn.sessionId,
    extras: { needsDevice: true },
    correlationId,
  });
  if (!code.ok) return code;
  const exchange = { grantType: 'authorization_code' as const, code: code.value, resources: [] };
  const tokens = await answerTokenRequest(service, exchange, admitted(call));
  return tokens.ok ? { ok: true, value: directAnswer(tokens.value) } : tokens;
}

interface Credentials {
  username: string;
  password: string;
}

type ReadSignIn = { ok: true; credentials: Credentials; place: SignInPlace } | { ok: false; refusal: Refusal };

function readSignIn(call: DirectCall): ReadSignIn {
  const { single } = call.parameters;
  const [username, password] = [single.get('username'), single.get('password')];
  if (username === undefined || password === undefined) {
    const parameter = username === undefined ? 'username' : 'password';
    return { ok: false, refusal: { reason: 'parameter_missing', parameter } };
  }
  const device = readDevice(call);
  if (!device.ok) return device;
  const address = countedAddress(call);
  if (!address.ok) return address;
  const { correlationId, client } = call;
  return {
    ok: true,
    credentials: { username, password },
    place: {
      mark: device.value.mark,
      deviceName: device.value.name,
      appName: client.metadata.client_name,
      userAgent: single.get('user_agent') ?? '',
      address: address.value,
      correlationId,
    },
  };
}
