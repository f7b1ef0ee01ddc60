import { decideSignIn, draft, granted } from '@ostiary/protocol';
import type { User } from '@ostiary/model';
import type { Rate } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { browserHash, deviceHash, findSession, type Browser } from './browser.ts';
import { deviceNameOf } from './device-name.ts';
import { digest, hmac } from './digest.ts';
import type { SignInOutcome } from './ports.ts';
import { normalUsername } from './seed.ts';
import type { Service } from './service.ts';
import { carryOut, settle } from './settle.ts';

export type SignInResult =
  | { kind: 'signed_in'; sessionCookie: string }
  | { kind: 'wrong_credentials' }
  | { kind: 'too_many_attempts'; retryAfterSeconds: number }
  | { kind: 'unavailable' };

const perAccount: Rate = { capacity: 5, perMinute: 5 };
const perAddress: Rate = { capacity: 20, perMinute: 20 };

/**
 * Checks a password and signs the user in on this browser. An unknown user, a disabled one and a wrong password get the same
 * answer after the same time. A device the user has signed in on before has an allowance of its own, so that a stranger who
 * guesses does not lock the owner out.
 */
export async function signIn(
  service: Service,
  credentials: { username: string; password: string },
  browser: Browser & { deviceCookie: string },
): Promise<SignInResult> {
  const result = await trySignIn(service, credentials, browser);
  service.meter.triedToSignIn(result.kind satisfies SignInOutcome);
  return result;
}

async function trySignIn(
  service: Service,
  credentials: { username: string; password: string },
  browser: Browser & { deviceCookie: string },
): Promise<SignInResult> {
  const username = normalUsername(credentials.username);
  const user = await service.store.users.findByUsername(username);
  const isKnownDevice = user !== undefined && (await findDevice(service, user, browser)) !== undefined;
  const account = rateKey(service, 'account', username, isKnownDevice ? browserHash(browser.deviceCookie) : '');
  const waitMs = await waitFor(service, account, browser.address);
  if (waitMs > 0) return { kind: 'too_many_attempts', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  const check = await service.passwords.check(credentials.password, user?.passwordHash);
  if (check.kind === 'busy') return { kind: 'too_many_attempts', retryAfterSeconds: 5 };
  if (check.kind === 'wrong' || user === undefined || user.isDisabled) {
    await noteFailure(service, user, browser);
    return { kind: 'wrong_credentials' };
  }
  await service.store.rates.reset(account);
  return startSession(service, user, check.rehashed, browser);
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

async function noteFailure(service: Service, user: User | undefined, browser: Browser): Promise<void> {
  if (user === undefined) return service.log.info('sign_in_failed', { correlationId: browser.correlationId });
  await carryOut(service, draft({ events: [{ kind: 'sign_in_failed', userId: user.id }] }), browser.correlationId);
}

async function startSession(
  service: Service,
  user: User,
  rehashed: string | undefined,
  browser: Browser & { deviceCookie: string },
): Promise<SignInResult> {
  const { draw, clock } = service;
  const sessionCookie = draw.secret();
  const drawn = {
    sessionId: draw.sessionId(),
    sessionCookieHash: digest(sessionCookie),
    deviceId: draw.deviceId(),
    deviceCookieHash: deviceHash(service, browser.deviceCookie, user.id),
  };
  const settled = await settle(service, browser, async () => {
    const [device, previous] = await Promise.all([findDevice(service, user, browser), findSession(service, browser)]);
    const question = {
      user,
      device,
      previous: previous?.session,
      userAgent: browser.userAgent.slice(0, 512),
      deviceName: deviceNameOf(browser.userAgent),
      drawn,
      rehashed,
    };
    const { sessionId, plan } = decideSignIn(question, clock.now());
    return granted(sessionId, plan);
  });
  return settled.ok ? { kind: 'signed_in', sessionCookie } : { kind: 'unavailable' };
}

function findDevice(service: Service, user: User, browser: Browser & { deviceCookie: string }) {
  return service.store.devices.findByCookie(user.id, deviceHash(service, browser.deviceCookie, user.id));
}
