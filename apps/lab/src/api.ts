import { Hono } from 'hono';
import type { Context } from 'hono';
import { cors } from 'hono/cors';
import type { IssuerClock } from './issuer-clock.ts';
import { createAccessTokenCheck } from './access-token-check.ts';
import type { AccessTokenRefusal } from './access-token-check.ts';

const AUDIENCE = 'https://api.lab.example';
const REPORTS = [
  { id: 'rep-1', title: 'Train to Bath', amount: '12.40' },
  { id: 'rep-2', title: 'Difference Engine, spare cogs', amount: '318.00' },
];

interface LabApiOptions {
  issuer: string;
  /** Origins that may read its answers. */
  pageOrigins: readonly string[];
  clock: IssuerClock;
}

/** The Lab API: one resource behind `read:reports`, once as RFC 6750 has it and once as some older APIs have it. */
export function createLabApi({ issuer, pageOrigins, clock }: LabApiOptions): Hono {
  const api = new Hono();
  const checkAccessToken = createAccessTokenCheck({ issuer, audience: AUDIENCE });

  api.use(
    '*',
    cors({ origin: [...pageOrigins], allowHeaders: ['authorization'], exposeHeaders: ['www-authenticate'] }),
  );
  api.use('*', async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });

  async function reports(context: Context, statusWhenExpired: 401 | 403): Promise<Response> {
    const nowMs = Date.now() + ((await clock.offsetMs()) ?? 0);
    const checked = await checkAccessToken({
      authorization: context.req.header('authorization'),
      scope: 'read:reports',
      nowMs,
    });
    if (!checked.ok) return refuse(context, checked.refusal, statusWhenExpired);
    return context.json({ reports: REPORTS, tokenIssuedAtSeconds: checked.issuedAtSeconds, answeredAtMs: nowMs });
  }

  api.get('/reports', (context) => reports(context, 401));
  api.get('/legacy/reports', (context) => reports(context, 403));
  api.notFound((context) => context.json({ error: 'not_found' }, 404));
  api.onError((error, context) => {
    console.error(`Lab API: ${error.message}`);
    return context.json({ error: 'issuer_unreachable' }, 503);
  });
  return api;
}

/** [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) */
function refuse(context: Context, refusal: AccessTokenRefusal, statusWhenExpired: 401 | 403): Response {
  switch (refusal) {
    case 'missing':
      // Section 3.1: a request without a token gets no error code.
      context.header('www-authenticate', 'Bearer realm="lab"');
      return context.json({ error: 'unauthorized' }, 401);
    case 'expired':
      return challenge(context, statusWhenExpired, 'invalid_token', 'The access token expired');
    case 'invalid':
      return challenge(context, 401, 'invalid_token', 'The access token is not valid for this API');
    case 'insufficient_scope':
      return challenge(context, 403, 'insufficient_scope', 'This needs read:reports', ', scope="read:reports"');
  }
}

function challenge(context: Context, status: 401 | 403, error: string, description: string, more = ''): Response {
  context.header('www-authenticate', `Bearer error="${error}", error_description="${description}"${more}`);
  return context.json({ error, error_description: description }, status);
}
