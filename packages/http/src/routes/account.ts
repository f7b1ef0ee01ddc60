import { confirmPage, type Danger, type Notice } from '@ostiary/pages';
import {
  csrfToken,
  currentSignIn,
  isCsrfTokenRight,
  loadAccount,
  removeDevice,
  removeOtherDevices,
  signOutEverywhere,
  withdrawConsent,
  type Account,
  type Answer,
  type SignedIn,
} from '@ostiary/service';
import type { ClientId, DeviceId } from '@ostiary/wire';
import type { Context, Hono } from 'hono';
import { htmlAnswer, seeOther } from '../answers.ts';
import { knownBrowser, type KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { readForm } from '../form.ts';
import { withQuery } from '../return-to-client.ts';
import { pagePolicy } from '../security-headers.ts';
import { accountCsrfPurpose, accountPaths, clientName, showAccount } from '../views/account.ts';
import { rejectForm, showError } from '../views/error.ts';
import { lookFor } from '../views/look.ts';
import { noticeParameters, readNotice } from '../views/notice.ts';

const maxBytes = 16_384;

/** One dangerous thing a person can do to their own account: asked once, then done and reported. */
interface Action {
  path: string;
  /** Fields of the form that say what it is about. */
  fields: string[];
  danger(context: HttpContext, account: Account, form: URLSearchParams): Danger | undefined;
  perform(context: HttpContext, who: SignedIn, form: URLSearchParams, known: KnownBrowser): Promise<Answer<undefined>>;
  notice(danger: Danger): Notice;
}

/** The account page: my devices, my apps, what happened. */
export function accountRoutes(app: Hono<Bindings>, context: HttpContext): void {
  const { service, basePath } = context;
  app.get(accountPaths.page, async (c) => {
    const known = knownBrowser(c, context);
    const signedIn = await currentSignIn(service, known.browser);
    return signedIn === undefined
      ? seeOther(c, `${basePath}/sign-in`, known.setCookies)
      : showAccount(c, context, known, signedIn, readNotice(context, known.browser, c.req.query()));
  });
  for (const action of actions) app.post(action.path, (c) => act(c, context, action));
}

async function act(c: Context<Bindings>, context: HttpContext, action: Action): Promise<Response> {
  const { service, basePath } = context;
  const form = await readForm(c.req.raw, maxBytes);
  if (!form.ok) return showError(c, context, form.refusal);
  const known = knownBrowser(c, context);
  const signedIn = await currentSignIn(service, known.browser);
  if (signedIn === undefined) return seeOther(c, `${basePath}/sign-in`, known.setCookies);
  if (!isCsrfTokenRight(service, known.browser, accountCsrfPurpose(signedIn), form.pairs.get('csrf') ?? undefined)) {
    return rejectForm(c, context, accountPaths.page);
  }
  const danger = action.danger(context, await loadAccount(service, signedIn), form.pairs);
  if (danger === undefined) return backToAccount(c, context, known, { kind: 'already_gone' });
  if (form.pairs.get('confirm') !== 'yes') return ask(c, context, known, signedIn, action, danger, form.pairs);
  const answer = await action.perform(context, signedIn, form.pairs, known);
  if (!answer.ok) return showError(c, context, answer.refusal);
  const still = await currentSignIn(service, known.browser);
  return still === undefined
    ? seeOther(c, `${basePath}/sign-in`)
    : backToAccount(c, context, known, action.notice(danger));
}

/** The page is loaded anew, so that loading it again does nothing twice; what was done is told on the way. */
function backToAccount(
  c: Context<Bindings>,
  context: HttpContext,
  { browser, setCookies }: KnownBrowser,
  notice: Notice,
): Response {
  const location = withQuery(context.basePath + accountPaths.page, noticeParameters(context, browser, notice));
  return seeOther(c, location, setCookies);
}

function ask(
  c: Context<Bindings>,
  context: HttpContext,
  { browser, setCookies }: KnownBrowser,
  signedIn: SignedIn,
  action: Action,
  danger: Danger,
  form: URLSearchParams,
): Response {
  const { service, basePath } = context;
  const view = {
    danger,
    action: basePath + action.path,
    csrf: csrfToken(service, browser, accountCsrfPurpose(signedIn)),
    hidden: Object.fromEntries(action.fields.map((name) => [name, form.get(name) ?? ''])),
    cancelHref: basePath + accountPaths.page,
  };
  return htmlAnswer(c, confirmPage(view, lookFor(c.req.raw, context)), pagePolicy(), { cookies: setCookies });
}

const removal: Action = {
  path: accountPaths.removeDevice,
  fields: ['device'],
  danger(context, { devices }, form) {
    const found = devices.find(({ device }) => device.id === form.get('device'));
    if (found === undefined) return undefined;
    const clientNames = found.clientIds.map((id) => clientName(context, id));
    return { kind: 'remove_device', deviceName: found.device.name, isCurrent: found.isCurrent, clientNames };
  },
  perform: ({ service }, who, form, { browser }) =>
    removeDevice(service, who, (form.get('device') ?? '') as DeviceId, browser),
  notice: (danger) => ({
    kind: 'device_removed',
    deviceName: danger.kind === 'remove_device' ? danger.deviceName : '',
  }),
};

const othersRemoval: Action = {
  path: accountPaths.removeOtherDevices,
  fields: [],
  danger(_context, { devices }) {
    const others = devices.filter(({ isCurrent }) => !isCurrent);
    return others.length === 0
      ? undefined
      : { kind: 'remove_other_devices', deviceNames: others.map(({ device }) => device.name) };
  },
  perform: ({ service }, who, _form, { browser }) => removeOtherDevices(service, who, browser),
  notice: () => ({ kind: 'other_devices_removed' }),
};

/** Whoever did this has no session left to be told anything in. */
const signOutOfEverything: Action = {
  path: accountPaths.signOutEverywhere,
  fields: [],
  danger: () => ({ kind: 'sign_out_everywhere' }),
  perform: ({ service }, who, _form, { browser }) => signOutEverywhere(service, who, browser),
  notice: () => ({ kind: 'already_gone' }),
};

const withdrawal: Action = {
  path: accountPaths.withdrawAccess,
  fields: ['client'],
  danger(context, { consents }, form) {
    const consent = consents.find(({ clientId }) => clientId === form.get('client'));
    if (consent === undefined) return undefined;
    const isOffline = consent.scopes.includes('offline_access');
    return { kind: 'withdraw_access', clientName: clientName(context, consent.clientId), isOffline };
  },
  perform: ({ service }, who, form, { browser }) =>
    withdrawConsent(service, who, (form.get('client') ?? '') as ClientId, browser),
  notice: (danger) => ({
    kind: 'access_withdrawn',
    clientName: danger.kind === 'withdraw_access' ? danger.clientName : '',
  }),
};

const actions = [removal, othersRemoval, signOutOfEverything, withdrawal];
