import {
  cancelAuthorization,
  chooseAccount,
  findInteraction,
  isCsrfTokenRight,
  type Parameters,
  readParameters,
  signIn,
} from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { seeOther } from '../answers.ts';
import { knownBrowser, type KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { sessionCookie } from '../cookies.ts';
import { readForm } from '../form.ts';
import { withQuery } from '../return-to-client.ts';
import { rejectForm, showError } from '../views/error.ts';
import { showSignIn, signInCsrfPurpose, type SignInPurpose } from '../views/sign-in.ts';
import { lead } from './authorize.ts';

const maxBytes = 16_384;

/** The sign-in page. With a ticket it serves an app's request, without one the account page. */
export function signInRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.get('/sign-in', async (c) => {
    const known = knownBrowser(c, context);
    const ticket = c.req.query('ticket') ?? '';
    const purpose = await purposeOf(context, ticket, known);
    return purpose === undefined ? restart(c, context, ticket) : showSignIn(c, context, known, purpose);
  });
  app.post('/sign-in', async (c) => {
    const form = await readForm(c.req.raw, maxBytes);
    if (!form.ok) return showError(c, context, form.refusal);
    const read = readParameters(form.pairs);
    if (!read.ok) return showError(c, context, read.refusal);
    return answer(c, context, read.value);
  });
}

/** A ticket that is over, or of another browser: what it stands for begins anew, or says that it is over. */
function restart(c: Context<Bindings>, { basePath }: HttpContext, ticket: string): Response {
  return seeOther(c, withQuery(`${basePath}/authorize/resume`, { ticket }));
}

async function purposeOf(
  { service }: HttpContext,
  ticket: string,
  { browser }: KnownBrowser,
): Promise<SignInPurpose | undefined> {
  if (ticket === '') return 'account';
  const interaction = await findInteraction(service, ticket, browser);
  return interaction && { ticket, interaction };
}

async function answer(c: Context<Bindings>, context: HttpContext, { single }: Parameters): Promise<Response> {
  const { service, basePath } = context;
  const known = knownBrowser(c, context);
  const ticket = single.get('ticket') ?? '';
  if (!isCsrfTokenRight(service, known.browser, signInCsrfPurpose(ticket), single.get('csrf'))) {
    return rejectForm(c, context, ticket === '' ? '/sign-in' : withQuery('/sign-in', { ticket }));
  }
  const purpose = await purposeOf(context, ticket, known);
  if (purpose === undefined) return showError(c, context, { reason: 'interaction_required' });
  if (single.get('action') === 'cancel') {
    if (purpose === 'account') return seeOther(c, `${basePath}/`);
    return lead(c, context, known, await cancelAuthorization(service, ticket, known.browser));
  }
  if (single.get('account') === 'current' && purpose !== 'account') {
    return lead(c, context, known, await chooseAccount(service, ticket, known.browser));
  }
  return checkCredentials(c, context, known, purpose, single);
}

async function checkCredentials(
  c: Context<Bindings>,
  context: HttpContext,
  known: KnownBrowser,
  purpose: SignInPurpose,
  single: Parameters['single'],
): Promise<Response> {
  const { service, basePath } = context;
  const username = single.get('username') ?? '';
  const password = single.get('password') ?? '';
  const isBlank = username === '' || password === '';
  const result = isBlank
    ? { kind: 'wrong_credentials' as const }
    : await signIn(service, { username, password }, known.browser);
  switch (result.kind) {
    case 'signed_in': {
      const next =
        purpose === 'account'
          ? `${basePath}/account`
          : withQuery(`${basePath}/authorize/resume`, { ticket: purpose.ticket });
      return seeOther(c, next, [...known.setCookies, sessionCookie(result.sessionCookie, context)]);
    }
    case 'wrong_credentials':
    case 'too_many_attempts':
      return showSignIn(c, context, known, purpose, { error: result, username });
    case 'unavailable':
      return showError(c, context, { reason: 'storage_unavailable', retryAfterSeconds: 2 });
  }
}
