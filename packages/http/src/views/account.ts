import type { AuditEvent } from '@ostiary/model';
import { accountPage, type AccountView, type EventKind, type EventSeen, type Notice } from '@ostiary/pages';
import { csrfToken, loadAccount, type Account, type SignedIn } from '@ostiary/service';
import type { Context } from 'hono';
import { htmlAnswer } from '../answers.ts';
import type { KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { pagePolicy } from '../security-headers.ts';
import { permissionsOf } from './consent.ts';
import { lookFor } from './look.ts';
import { personOf } from './person.ts';

/** What the CSRF tokens of the account page are bound to besides the browser. */
export function accountCsrfPurpose({ session }: SignedIn): string {
  return `account ${session.id}`;
}

export const accountPaths = {
  page: '/account',
  removeDevice: '/account/devices/remove',
  removeOtherDevices: '/account/devices/remove-others',
  signOutEverywhere: '/account/sign-out-everywhere',
  withdrawAccess: '/account/apps/withdraw',
  signOut: '/end-session',
} as const;

export async function showAccount(
  c: Context<Bindings>,
  context: HttpContext,
  { browser, setCookies }: KnownBrowser,
  signedIn: SignedIn,
  notice?: Notice,
): Promise<Response> {
  const { service, basePath } = context;
  const account = await loadAccount(service, signedIn);
  const view: AccountView = {
    user: personOf(signedIn.user),
    nowMs: service.clock.now(),
    csrf: csrfToken(service, browser, accountCsrfPurpose(signedIn)),
    signOutHref: basePath + accountPaths.signOut,
    actions: {
      removeDevice: basePath + accountPaths.removeDevice,
      removeOtherDevices: basePath + accountPaths.removeOtherDevices,
      signOutEverywhere: basePath + accountPaths.signOutEverywhere,
      withdrawAccess: basePath + accountPaths.withdrawAccess,
    },
    ...contentOf(context, account),
    ...(notice && { notice }),
  };
  return htmlAnswer(c, accountPage(view, lookFor(c.req.raw, context)), pagePolicy(), { cookies: setCookies });
}

function contentOf(
  context: HttpContext,
  { devices, consents, events }: Account,
): Pick<AccountView, 'devices' | 'apps' | 'events'> {
  const { catalogue } = context.service;
  return {
    devices: devices.map(({ device, isCurrent, clientIds }) => ({
      id: device.id,
      name: device.name,
      isCurrent,
      firstSeenMs: device.createdAtMs,
      lastSeenMs: device.seenAtMs,
      appNames: clientIds.map((id) => clientName(context, id)),
    })),
    apps: consents.map((consent) => ({
      clientId: consent.clientId,
      clientName: clientName(context, consent.clientId),
      permissions: permissionsOf(consent.scopes, consent.apis, catalogue).map(({ seen }) => seen),
      sinceMs: consent.givenAtMs,
    })),
    events: events.flatMap((event) => eventSeen(context, devices, event)),
  };
}

export function clientName({ service }: HttpContext, id: string): string {
  return service.clients.get(id)?.metadata.client_name ?? id;
}

const shownKinds = new Set<string>([
  'session_started',
  'session_ended',
  'family_born',
  'family_ended',
  'consent_given',
  'consent_withdrawn',
  'device_seen',
  'device_removed',
  'user_disabled',
  'signed_out_everywhere',
  'sign_in_failed',
  'refused',
] satisfies EventKind[]);

function eventSeen(context: HttpContext, devices: Account['devices'], event: AuditEvent): EventSeen[] {
  if (!shownKinds.has(event.kind)) return [];
  const device = devices.find((each) => each.device.id === event.deviceId)?.device;
  return [
    {
      kind: event.kind as EventKind,
      atMs: event.atMs,
      ...(event.clientId && { clientName: clientName(context, event.clientId) }),
      ...(device && { deviceName: device.name }),
      ...(event.cause && { cause: event.cause }),
    },
  ];
}
