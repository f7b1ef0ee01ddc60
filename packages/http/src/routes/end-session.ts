import { signedOutPage, signOutPage } from '@ostiary/pages';
import { csrfToken, currentSignIn, isCsrfTokenRight, requestLogout, type LogoutResult } from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { htmlAnswer, seeOther } from '../answers.ts';
import { knownBrowser, type KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { expiredSessionCookie } from '../cookies.ts';
import { readForm } from '../form.ts';
import { withQuery } from '../return-to-client.ts';
import { pagePolicy } from '../security-headers.ts';
import { rejectForm, showError } from '../views/error.ts';
import { lookFor } from '../views/look.ts';
import { personOf } from '../views/person.ts';

const maxBytes = 65_536;
/** What the confirmation carries from the request to the answer. */
const carried = ['client_id', 'post_logout_redirect_uri', 'state'];

/**
 * Sign-out, asked for by an app or by the person.
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html RP-Initiated Logout 1.0}
 */
export function endSessionRoutes(app: Hono<Bindings>, context: HttpContext): void {
  const { service, basePath } = context;
  app.get('/end-session', async (c) => {
    const known = knownBrowser(c, context);
    const pairs = new URL(c.req.url).searchParams;
    return conclude(c, context, known, pairs, await requestLogout(service, pairs, known.browser, false));
  });
  app.post('/end-session', async (c) => {
    const form = await readForm(c.req.raw, maxBytes);
    if (!form.ok) return showError(c, context, form.refusal);
    const { pairs } = form;
    if (c.req.header('cookie') === undefined)
      return seeOther(
        c,
        `${basePath}/end-session?${asked(pairs, ['id_token_hint', 'ui_locales', ...carried]).toString()}`,
      );
    const known = knownBrowser(c, context);
    if (!pairs.has('decision'))
      return conclude(c, context, known, pairs, await requestLogout(service, pairs, known.browser, false));
    return answerConfirmation(c, context, known, pairs);
  });
}

async function answerConfirmation(
  c: Context<Bindings>,
  context: HttpContext,
  known: KnownBrowser,
  form: URLSearchParams,
): Promise<Response> {
  const { service, basePath } = context;
  const request = new URLSearchParams(form.get('ticket') ?? '');
  const signedIn = await currentSignIn(service, known.browser);
  const purpose = `end-session ${signedIn?.session.id ?? ''}`;
  if (signedIn !== undefined && !isCsrfTokenRight(service, known.browser, purpose, form.get('csrf') ?? undefined)) {
    return rejectForm(c, context, withQuery('/end-session', Object.fromEntries(request)));
  }
  if (form.get('decision') !== 'sign_out') return seeOther(c, `${basePath}/account`);
  return conclude(c, context, known, request, await requestLogout(service, request, known.browser, true));
}

/** What came of a request to sign out: done, to be confirmed, or an error. */
export async function conclude(
  c: Context<Bindings>,
  context: HttpContext,
  known: KnownBrowser,
  pairs: URLSearchParams,
  result: LogoutResult,
): Promise<Response> {
  switch (result.kind) {
    case 'error_page':
      return showError(c, context, result.refusal);
    case 'confirm':
      return askToConfirm(c, context, known, pairs, result);
    case 'signed_out': {
      const cookies = [expiredSessionCookie(context)];
      const { redirectUri, state } = result.after;
      if (redirectUri !== undefined)
        return seeOther(c, withQuery(redirectUri, state === undefined ? {} : { state }), cookies);
      const page = signedOutPage({ signInHref: `${context.basePath}/account` }, lookFor(c.req.raw, context));
      return htmlAnswer(c, page, pagePolicy(), { cookies, headers: { 'Clear-Site-Data': '"cache"' } });
    }
  }
}

async function askToConfirm(
  c: Context<Bindings>,
  context: HttpContext,
  { browser, setCookies }: KnownBrowser,
  pairs: URLSearchParams,
  { after, session }: LogoutResult & { kind: 'confirm' },
): Promise<Response> {
  const { service, basePath } = context;
  const signedIn = await currentSignIn(service, browser);
  const request = asked(pairs, carried);
  const view = {
    action: `${basePath}/end-session`,
    csrf: csrfToken(service, browser, `end-session ${session.id}`),
    ticket: request.toString(),
    ...(after.client && { clientName: after.client.client_name }),
    signedInAs: { name: signedIn === undefined ? '' : personOf(signedIn.user).name },
  };
  const targets = after.redirectUri === undefined ? [] : [after.redirectUri];
  return htmlAnswer(c, signOutPage(view, lookFor(c.req.raw, context)), pagePolicy(targets), { cookies: setCookies });
}

/** These parameters alone, repeated ones as they were; nothing else of a form goes into an address or another form. */
function asked(pairs: URLSearchParams, names: readonly string[]): URLSearchParams {
  return new URLSearchParams([...pairs].filter(([name]) => names.includes(name)));
}
