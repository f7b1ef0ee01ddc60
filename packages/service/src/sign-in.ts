import { byPassword, decideSignIn, draft, granted } from '@ostiary/protocol';
import type { Device, Session, User } from '@ostiary/model';
import type { Rate } from '@ostiary/storage';
import type { Digest, SessionId } from '@ostiary/wire';
import { deviceHash, findSession, type Browser, type DeviceMark } from './browser.ts';
import { deviceNameOf } from './device-name.ts';
import { digest, hmac } from './digest.ts';
import type { SignInOutcome } from './ports.ts';
import { normalUsername } from './seed.ts';
import type { Service } from './service.ts';
import { carryOut, settle } from './settle.ts';

/** Where somebody signs in, and what the request tells of that place. */
export interface SignInPlace {
  mark: DeviceMark;
  /** Of the session that a browser came with. */
  sessionCookie?: string | undefined;
  userAgent: string;
  /** What the device is called, where it says so itself. */
  deviceName?: string | undefined;
  /** The app that signs in, where it is no browser: the name of a device that has none. */
  appName?: string;
  address: string;
  correlationId: string;
}

export type SignInResult =
  | { kind: 'signed_in'; sessionCookie: string; sessionId: SessionId }
  | { kind: 'wrong_credentials' }
  | { kind: 'too_many_attempts'; retryAfterSeconds: number }
  | { kind: 'unavailable' };

const perAccount: Rate = { capacity: 5, perMinute: 5 };
const perAddress: Rate = { capacity: 20, perMinute: 20 };

/** Checks a password and signs the user in on this browser. */
export function signIn(
  service: Service,
  credentials: { username: string; password: string },
  browser: Browser & { deviceCookie: string },
): Promise<SignInResult> {
  return signInAt(service, credentials, { ...browser, mark: { kind: 'device', parts: [browser.deviceCookie] } });
}

/**
 * Checks a password and signs the user in. An unknown user, a disabled one and a wrong password get the same answer after the
 * same time. A device the user has signed in on before has an allowance of its own, so that a stranger who guesses does not lock
 * the owner out.
 */
export async function signInAt(
  service: Service,
  credentials: { username: string; password: string },
  place: SignInPlace,
): Promise<SignInResult> {
  const result = await trySignIn(service, credentials, place);
  service.meter.triedToSignIn(result.kind satisfies SignInOutcome);
  return result;
}

async function trySignIn(
  service: Service,
  credentials: { username: string; password: string },
  place: SignInPlace,
): Promise<SignInResult> {
  if (isOversized(credentials)) return { kind: 'wrong_credentials' };
  const username = normalUsername(credentials.username);
  const user = await service.store.users.findByUsername(username);
  const isKnownDevice = user !== undefined && (await findDevice(service, user, place)) !== undefined;
  const account = rateKey(service, 'account', username, isKnownDevice ? JSON.stringify(place.mark) : '');
  const waitMs = await waitFor(service, account, place.address);
  if (waitMs > 0) return { kind: 'too_many_attempts', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  const check = await service.passwords.check(credentials.password, user?.passwordHash);
  if (check.kind === 'busy') return { kind: 'too_many_attempts', retryAfterSeconds: 5 };
  if (check.kind === 'wrong' || user === undefined || user.isDisabled) {
    await noteFailure(service, user, place);
    return { kind: 'wrong_credentials' };
  }
  await service.store.rates.reset(account);
  return startSession(service, user, { authentication: byPassword, rehashed: check.rehashed }, place);
}

/** A password may have 256 characters of up to four bytes. */
const maxPasswordBytes = 1024;

/** What nobody can have registered is not worth a hash. */
function isOversized({ username, password }: { username: string; password: string }): boolean {
  return Buffer.byteLength(password) > maxPasswordBytes || username.length > 256;
}

/** Milliseconds to wait, when the account or the address tried too often; counted for all nodes together. */
async function waitFor(service: Service, account: Digest, address: string): Promise<number> {
  const { store, clock } = service;
  const nowMs = clock.now();
  const waits = await Promise.all([
    store.rates.take(rateKey(service, 'address', address), perAddress, nowMs),
    store.rates.take(account, perAccount, nowMs),
  ]);
  return Math.max(...waits);
}

/** Under a key of ours: whoever has a copy of the table cannot try names and addresses against it. */
function rateKey({ keyring }: Service, ...parts: string[]): Digest {
  return hmac(keyring.cookieKey(), 'sign-in-rate', ...parts);
}

async function noteFailure(service: Service, user: User | undefined, place: SignInPlace): Promise<void> {
  if (user === undefined) return service.log.info('sign_in_failed', { correlationId: place.correlationId });
  await carryOut(service, draft({ events: [{ kind: 'sign_in_failed', userId: user.id }] }), place.correlationId);
}

/** Starts a session of a user whose authentication was checked, on the device of that place. */
export async function startSession(
  service: Service,
  user: User,
  { authentication, rehashed }: { authentication: Pick<Session, 'acr' | 'amr'>; rehashed?: string | undefined },
  place: SignInPlace,
): Promise<SignInResult> {
  const { draw, clock } = service;
  const sessionCookie = draw.secret();
  const drawn = {
    sessionId: draw.sessionId(),
    sessionCookieHash: digest(sessionCookie),
    deviceId: draw.deviceId(),
    deviceCookieHash: deviceHash(service, place.mark, user.id),
  };
  const settled = await settle(service, place, async () => {
    const [device, previous] = await Promise.all([findDevice(service, user, place), findSession(service, place)]);
    const question = {
      user,
      device,
      previous: previous?.session,
      userAgent: place.userAgent.slice(0, 512),
      deviceName: nameOf(device, place),
      authentication,
      drawn,
      rehashed,
    };
    const { sessionId, plan } = decideSignIn(question, clock.now());
    return granted(sessionId, plan);
  });
  return settled.ok ? { kind: 'signed_in', sessionCookie, sessionId: settled.value } : { kind: 'unavailable' };
}

/** A browser is called by what it is today; an app that says no name keeps the one that it said before. */
function nameOf(device: Device | undefined, { deviceName, appName, userAgent }: SignInPlace): string {
  if (deviceName !== undefined) return deviceName;
  return appName === undefined ? deviceNameOf(userAgent) : (device?.name ?? appName);
}

function findDevice(service: Service, user: User, { mark }: SignInPlace): Promise<Device | undefined> {
  return service.store.devices.findByCookie(user.id, deviceHash(service, mark, user.id));
}
