import type { Interaction } from '@ostiary/model';
import { signInPage, type SignInError, type SignInView } from '@ostiary/pages';
import { csrfToken, currentSignIn, type Browser } from '@ostiary/service';
import type { Context } from 'hono';
import { htmlAnswer } from '../answers.ts';
import type { KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { pagePolicy } from '../security-headers.ts';
import { lookFor } from './look.ts';
import { personOf } from './person.ts';

/** What a sign-in is for: an app's authorization request, or the account page. */
export type SignInPurpose = { ticket: string; interaction: Interaction } | 'account';

/** What the CSRF token of a sign-in form is bound to besides the browser. */
export function signInCsrfPurpose(ticket: string): string {
  return `sign-in ${ticket}`;
}

export async function showSignIn(
  c: Context<Bindings>,
  context: HttpContext,
  known: KnownBrowser,
  purpose: SignInPurpose,
  attempt: { error?: SignInError; username?: string } = {},
): Promise<Response> {
  const { browser, setCookies: cookies } = known;
  const view = await viewOf(context, browser, purpose, attempt);
  const request = purpose === 'account' ? undefined : purpose.interaction.request;
  const look = lookFor(c.req.raw, context, request?.uiLocales);
  const policy = pagePolicy(request === undefined ? [] : [request.redirectUri]);
  const { error } = attempt;
  if (error === undefined) return htmlAnswer(c, signInPage(view, look), policy, { cookies });
  if (error.kind !== 'too_many_attempts')
    return htmlAnswer(c, signInPage(view, look), policy, { status: 400, cookies });
  const headers = { 'Retry-After': String(error.retryAfterSeconds) };
  return htmlAnswer(c, signInPage(view, look), policy, { status: 429, cookies, headers });
}

async function viewOf(
  { service, basePath, theme }: HttpContext,
  browser: Browser,
  purpose: SignInPurpose,
  { error, username }: { error?: SignInError; username?: string },
): Promise<SignInView> {
  const ticket = purpose === 'account' ? '' : purpose.ticket;
  const form = { action: `${basePath}/sign-in`, ticket, csrf: csrfToken(service, browser, signInCsrfPurpose(ticket)) };
  if (purpose === 'account') return { ...form, client: { name: theme.productName }, loginHint: username, error };
  const { request } = purpose.interaction;
  const client = service.clients.get(request.clientId)?.metadata;
  const signedIn = await currentSignIn(service, browser);
  const offersCurrent = signedIn !== undefined && request.prompts.includes('select_account');
  const isNamed = signedIn !== undefined && !offersCurrent && signedIn.user.id === request.hintedSub;
  return {
    ...form,
    client: { name: client?.client_name ?? request.clientId },
    loginHint: username ?? request.loginHint ?? (offersCurrent ? undefined : signedIn?.user.username),
    ...(offersCurrent && { signedInAs: personOf(signedIn.user) }),
    // The app named this very person: nobody else's password would lead on.
    ...(isNamed && { signedInAs: personOf(signedIn.user), reauthenticate: true }),
    error,
  };
}
