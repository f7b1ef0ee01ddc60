import { accountPage } from './account-page.ts';
import type { AccountView } from './account-page.ts';
import { confirmPage } from './confirm-page.ts';
import type { ConfirmView } from './confirm-page.ts';
import { consentPage } from './consent-page.ts';
import type { ConsentView } from './consent-page.ts';
import { errorPage } from './error-page.ts';
import type { ErrorView } from './error-page.ts';
import { formPostPage } from './form-post-page.ts';
import type { FormPostView } from './form-post-page.ts';
import { homePage } from './home-page.ts';
import type { HomeView } from './home-page.ts';
import type { Look } from './look.ts';
import { signInPage } from './sign-in-page.ts';
import type { SignInView } from './sign-in-page.ts';
import { signOutPage } from './sign-out-page.ts';
import type { SignOutView } from './sign-out-page.ts';
import { signedOutPage } from './signed-out-page.ts';
import type { SignedOutView } from './signed-out-page.ts';

/** A page with a view that fills every field, so that a test can reach each of them. For tests alone. */
export interface SamplePage {
  readonly name: string;
  readonly family: 'door' | 'room' | 'bare';
  /** What the page shows, and how: plain data, so that a test can put other strings in. */
  readonly input: unknown;
  readonly render: (input: unknown) => string;
}

export const sampleLook: Look = {
  locale: 'en',
  theme: { productName: 'Ostiary' },
  stylesheetHref: '/assets/ostiary.css',
  iconHref: '/assets/ostiary.svg',
};

const nowMs = Date.UTC(2026, 6, 1, 12, 0, 0);
const hourMs = 3_600_000;
const ticketed = { action: '/sign-in', ticket: 'tic_4f7a', csrf: 'csrf_9d21' };
const labSpa = { name: 'Lab SPA', logoUrl: '/logo.png' };
const ada = { name: 'Ada', username: 'ada@example.com' };

export const signInView: SignInView = { client: { name: 'Lab SPA' }, ...ticketed };

const signInViewInFull: SignInView = {
  client: labSpa,
  ...ticketed,
  loginHint: 'ada@example.com',
  signedInAs: ada,
  error: { kind: 'wrong_credentials' },
};

export const consentView: ConsentView = {
  client: { name: 'Lab SPA' },
  redirectHost: 'lab.example:4001',
  signedInAs: ada,
  ...ticketed,
  permissions: [
    { kind: 'api', text: 'Read your expense reports', apiName: 'Lab API' },
    { kind: 'api', text: 'Use equipment 1', apiName: 'Lab API' },
    { kind: 'offline' },
  ],
  alreadyGranted: [
    { kind: 'identity', scope: 'openid' },
    { kind: 'identity', scope: 'email' },
  ],
};

export const errorView: ErrorView = {
  problem: 'redirect_uri_mismatch',
  correlationId: 'req_7Hq2vT0mXb',
  retryAfterSeconds: 90,
  backHref: 'https://lab.example/',
  developer: {
    error: 'invalid_request',
    description: 'redirect_uri is not one of those registered for this client',
    clientId: 'lab-spa',
    redirectUri: {
      sent: 'https://lab.example/callback/',
      registered: ['https://lab.example/callback', 'https://lab.example/silent'],
    },
  },
};

export const signOutView: SignOutView = {
  action: '/sign-out',
  csrf: 'csrf_9d21',
  ticket: 'tic_4f7a',
  clientName: 'Lab SPA',
  signedInAs: ada,
};

export const signedOutView: SignedOutView = {
  back: { href: 'https://lab.example/', clientName: 'Lab SPA' },
  signInHref: '/account',
};

export const accountView: AccountView = {
  user: ada,
  nowMs,
  csrf: 'csrf_9d21',
  signOutHref: '/sign-out',
  actions: {
    removeDevice: '/account/devices/remove',
    removeOtherDevices: '/account/devices/remove-others',
    signOutEverywhere: '/account/sign-out-everywhere',
    withdrawAccess: '/account/apps/withdraw',
  },
  devices: [
    {
      id: 'dev_1',
      name: 'Firefox on Linux',
      isCurrent: true,
      firstSeenMs: nowMs - 900 * hourMs,
      lastSeenMs: nowMs - 1000,
      appNames: ['Lab SPA', 'Expenses'],
    },
    {
      id: 'dev_2',
      name: 'Safari on iPhone',
      isCurrent: false,
      firstSeenMs: nowMs - 200 * hourMs,
      lastSeenMs: nowMs - 26 * hourMs,
      appNames: ['Expenses'],
    },
    {
      id: 'dev_3',
      name: 'Chrome on Windows',
      isCurrent: false,
      firstSeenMs: nowMs - 9000 * hourMs,
      lastSeenMs: nowMs - 700 * hourMs,
      appNames: [],
    },
  ],
  apps: [
    {
      clientId: 'lab-spa',
      clientName: 'Lab SPA',
      permissions: [
        { kind: 'identity', scope: 'profile' },
        { kind: 'api', text: 'Read your expense reports' },
        { kind: 'api', text: 'Use equipment 1' },
      ],
      sinceMs: nowMs - 900 * hourMs,
    },
    {
      clientId: 'watcher',
      clientName: 'Feed Watcher',
      permissions: [{ kind: 'api', text: 'Watch your feed for a tag' }, { kind: 'offline' }],
      sinceMs: nowMs - 48 * hourMs,
    },
  ],
  events: [
    { kind: 'session_started', atMs: nowMs - 1000, deviceName: 'Firefox on Linux' },
    {
      kind: 'family_ended',
      atMs: nowMs - 3 * hourMs,
      clientName: 'Expenses',
      deviceName: 'Safari on iPhone',
      cause: 'reuse_detected',
    },
    { kind: 'session_ended', atMs: nowMs - 30 * hourMs, deviceName: 'Chrome on Windows', cause: 'idle_expired' },
    { kind: 'sign_in_failed', atMs: nowMs - 31 * hourMs },
    { kind: 'consent_given', atMs: nowMs - 48 * hourMs, clientName: 'Feed Watcher' },
  ],
  notice: { kind: 'device_removed', deviceName: 'Edge on Windows' },
};

export const emptyAccountView: AccountView = {
  user: ada,
  nowMs,
  csrf: 'csrf_9d21',
  signOutHref: '/sign-out',
  actions: accountView.actions,
  devices: [],
  apps: [],
  events: [],
};

export const confirmView: ConfirmView = {
  danger: { kind: 'remove_device', deviceName: 'Safari on iPhone', isCurrent: true, clientNames: ['Expenses'] },
  action: '/account/devices/remove',
  csrf: 'csrf_9d21',
  hidden: { device: 'dev_2' },
  cancelHref: '/account',
};

export const formPostView: FormPostView = {
  target: 'https://lab.example/callback',
  params: { code: 'oac_5d1f', state: 'b1946ac9', submit: 'x' },
  locale: 'en',
};

export const homeView: HomeView = {
  issuer: 'https://id.example',
  accountHref: '/account',
  discoveryHref: '/.well-known/openid-configuration',
};

const othersView: ConfirmView = {
  ...confirmView,
  danger: { kind: 'remove_other_devices', deviceNames: ['Safari on iPhone', 'Chrome on Windows'] },
};
const everywhereView: ConfirmView = { ...confirmView, danger: { kind: 'sign_out_everywhere' }, hidden: {} };
const withdrawView: ConfirmView = {
  ...confirmView,
  danger: { kind: 'withdraw_access', clientName: 'Feed Watcher', isOffline: true },
};

/** Every page, each of its states that has fields of its own, in one language. */
export function samplePages(look: Look): readonly SamplePage[] {
  return [
    sample('sign-in', 'door', signInPage, signInView, look),
    sample('sign-in-in-full', 'door', signInPage, signInViewInFull, look),
    sample(
      'sign-in-too-many',
      'door',
      signInPage,
      { ...signInView, error: { kind: 'too_many_attempts', retryAfterSeconds: 120 } },
      look,
    ),
    sample('sign-in-expired', 'door', signInPage, { ...signInView, error: { kind: 'session_expired' } }, look),
    sample('sign-in-select', 'door', signInPage, { ...signInView, signedInAs: ada }, look),
    sample('sign-in-again', 'door', signInPage, { ...signInView, signedInAs: ada, reauthenticate: true }, look),
    sample('consent', 'door', consentPage, consentView, look),
    sample('consent-nothing-new', 'door', consentPage, { ...consentView, permissions: [] }, look),
    sample('error', 'door', errorPage, errorView, look),
    sample('error-bare', 'door', errorPage, { problem: 'server_error', correlationId: 'req_7Hq2vT0mXb' }, look),
    sample('sign-out', 'door', signOutPage, signOutView, look),
    sample('signed-out', 'door', signedOutPage, signedOutView, look),
    sample('home', 'door', homePage, homeView, look),
    sample('account', 'room', accountPage, accountView, look),
    sample('account-empty', 'room', accountPage, emptyAccountView, look),
    sample('confirm-device', 'room', confirmPage, confirmView, look),
    sample('confirm-others', 'room', confirmPage, othersView, look),
    sample('confirm-everywhere', 'room', confirmPage, everywhereView, look),
    sample('confirm-withdraw', 'room', confirmPage, withdrawView, look),
    { name: 'form-post', family: 'bare', input: formPostView, render: (input) => formPostPage(input as FormPostView) },
  ];
}

function sample<View>(
  name: string,
  family: 'door' | 'room',
  page: (view: View, look: Look) => string,
  view: View,
  look: Look,
): SamplePage {
  const render = (input: unknown): string => {
    const given = input as { view: View; look: Look };
    return page(given.view, given.look);
  };
  return { name, family, input: { view, look }, render };
}
