import type { Device, Session, User } from '@ostiary/model';
import { isStanding, type SessionFacts } from '@ostiary/protocol';
import type { Digest, UserId } from '@ostiary/wire';
import { digest, hmac, isSameDigest } from './digest.ts';
import type { Service } from './service.ts';

/** What a browser brought with a request. Cookies are as they came: nothing about them is proven yet. */
export interface Browser {
  deviceCookie?: string;
  sessionCookie?: string;
  userAgent: string;
  address: string;
  correlationId: string;
}

/** What a device is known by: the cookie of a browser, the key of an installed app, the name that a client's back end gave it. */
export interface DeviceMark {
  kind: 'device' | 'device-key' | 'device-name';
  parts: string[];
}

/** A sign-in that stands, with its rows. */
export interface SignedIn {
  session: Session;
  user: User;
  device: Device;
}

/** A new device cookie: 256 random bits and our signature, so that nobody fills the store with cookies of their own. */
export function makeDeviceCookie(service: Service): string {
  const secret = service.draw.secret();
  return `${secret}.${signatureOf(service, secret)}`;
}

/** Whether a device cookie is one of ours. */
export function isOwnDeviceCookie(service: Service, cookie: string | undefined): cookie is string {
  const [secret = '', signature = '', more] = (cookie ?? '').split('.');
  return more === undefined && isSameDigest(signatureOf(service, secret), signature);
}

function signatureOf(service: Service, secret: string): string {
  return hmac(service.keyring.cookieKey(), 'device-cookie', secret).slice(0, 22);
}

/** What is stored of a device cookie: two users of one browser share nothing. */
export function deviceHash(service: Service, mark: DeviceMark, userId: UserId): Digest {
  return hmac(service.keyring.cookieKey(), mark.kind, ...mark.parts, userId);
}

/** What ties a page in progress to the browser that began it. */
export function browserHash(cookie: string): Digest {
  return digest(`browser|${cookie}`);
}

/** A token that a form must bring back: bound to the browser and to what the form is for. */
export function csrfToken(service: Service, browser: Browser, purpose: string): string {
  return hmac(service.keyring.cookieKey(), 'csrf', browser.deviceCookie ?? '', purpose);
}

export function isCsrfTokenRight(
  service: Service,
  browser: Browser,
  purpose: string,
  token: string | undefined,
): boolean {
  return browser.deviceCookie !== undefined && isSameDigest(csrfToken(service, browser, purpose), token ?? '');
}

/** The session behind the cookie with what it stands on, standing or not. */
export async function findSession(
  { store }: Service,
  { sessionCookie }: Pick<Browser, 'sessionCookie'>,
): Promise<(SessionFacts & { user?: User }) | undefined> {
  if (sessionCookie === undefined) return undefined;
  const session = await store.sessions.findByCookie(digest(sessionCookie));
  if (session === undefined) return undefined;
  const [user, device] = await Promise.all([store.users.find(session.userId), store.devices.find(session.deviceId)]);
  return { session, user, device };
}

/** Who is signed in on this browser now. */
export async function currentSignIn(service: Service, browser: Browser): Promise<SignedIn | undefined> {
  const found = await findSession(service, browser);
  if (found === undefined || !isStanding(found, service.settings.session, service.clock.now())) return undefined;
  const { session, user, device } = found;
  return user === undefined || device === undefined ? undefined : { session, user, device };
}
