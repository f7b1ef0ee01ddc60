import {
  beginAuthorization,
  deferAuthorization,
  resumeAuthorization,
  type AuthorizationPage,
  type AuthorizationResult,
} from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { seeOther } from '../answers.ts';
import { knownBrowser, type KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { readForm } from '../form.ts';
import { returnToClient, withQuery } from '../return-to-client.ts';
import { showError } from '../views/error.ts';
import { lookFor } from '../views/look.ts';

const maxBytes = 65_536;

/**
 * The authorization endpoint, by GET and POST.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint OpenID Connect Core 3.1.2}
 */
export function authorizeRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.get('/authorize', async (c) => begin(c, context, new URL(c.req.url).searchParams));
  app.post('/authorize', async (c) => {
    const form = await readForm(c.req.raw, maxBytes);
    if (!form.ok) return showError(c, context, form.refusal);
    // Cookies do not come along with a POST from another site: the GET that follows brings them, and none may be set here.
    const known = knownBrowser(c, context);
    if (c.req.header('cookie') !== undefined) {
      return lead(c, context, known, await beginAuthorization(context.service, form.pairs, known.browser));
    }
    const result = await deferAuthorization(context.service, form.pairs, known.browser);
    return lead(c, context, { ...known, setCookies: [] }, result);
  });
  app.get('/authorize/resume', async (c) => {
    const known = knownBrowser(c, context);
    return lead(
      c,
      context,
      known,
      await resumeAuthorization(context.service, c.req.query('ticket') ?? '', known.browser),
    );
  });
}

async function begin(c: Context<Bindings>, context: HttpContext, pairs: URLSearchParams): Promise<Response> {
  const known = knownBrowser(c, context);
  return lead(c, context, known, await beginAuthorization(context.service, pairs, known.browser));
}

const pagePaths: Record<AuthorizationPage, string> = {
  sign_in: '/sign-in',
  choose_account: '/sign-in',
  consent: '/consent',
  resume: '/authorize/resume',
};

/** Leads the browser where its request goes: back to the client, to a page, or to an error. */
export function lead(
  c: Context<Bindings>,
  context: HttpContext,
  { setCookies }: KnownBrowser,
  result: AuthorizationResult,
): Response {
  switch (result.kind) {
    case 'return':
      return returnToClient(c, result.address, result.parameters, lookFor(c.req.raw, context).locale);
    case 'error_page':
      return showError(c, context, result.refusal);
    case 'page': {
      const location = withQuery(context.basePath + pagePaths[result.page], { ticket: result.ticket });
      return seeOther(c, location, setCookies);
    }
  }
}
