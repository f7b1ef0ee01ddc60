import { wireWords, type Refusal } from '@ostiary/service';
import { errorPage, type ErrorView } from '@ostiary/pages';
import type { Context } from 'hono';
import { htmlAnswer, statusOf } from '../answers.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { pagePolicy } from '../security-headers.ts';
import { lookFor } from './look.ts';

/** An error that is shown to the person, since nobody may be redirected. */
export function showError(c: Context<Bindings>, context: HttpContext, refusal: Refusal): Response {
  c.env.refused = refusal.reason;
  const { error, description } = wireWords(refusal);
  const view: ErrorView = {
    problem: problemOf(refusal),
    correlationId: c.env.correlationId,
    ...(refusal.retryAfterSeconds !== undefined && { retryAfterSeconds: refusal.retryAfterSeconds }),
    developer: { error, description, ...redirectDetail(refusal) },
  };
  return showProblem(c, context, view, statusOf(refusal, error) === 401 ? 400 : statusOf(refusal, error));
}

/** A problem that is not about a protocol request: no such page, a form from elsewhere, a fault of ours. */
export function showProblem(c: Context<Bindings>, context: HttpContext, view: ErrorView, status: number): Response {
  const { retryAfterSeconds } = view;
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return htmlAnswer(c, errorPage(view, lookFor(c.req.raw, context)), pagePolicy(), { status, headers });
}

/** A form without its CSRF token. Where it was shown before another tab got the browser its cookie, `again` leads to a new one. */
export function rejectForm(c: Context<Bindings>, context: HttpContext, again: string): Response {
  const { correlationId } = c.env;
  return showProblem(c, context, { problem: 'form_rejected', correlationId, backHref: context.basePath + again }, 403);
}

function redirectDetail({ reason, shown = [] }: Refusal): Pick<NonNullable<ErrorView['developer']>, 'redirectUri'> {
  if (reason !== 'redirect_uri_unregistered') return {};
  const sent = shown.find(({ label }) => label === 'sent')?.value;
  return {
    redirectUri: { sent, registered: shown.filter(({ label }) => label === 'registered').map(({ value }) => value) },
  };
}

function problemOf({ reason }: Refusal): ErrorView['problem'] {
  switch (reason) {
    case 'client_unknown':
    case 'client_disabled':
      return 'unknown_client';
    case 'redirect_uri_unregistered':
      return 'redirect_uri_mismatch';
    case 'interaction_required':
      return 'page_expired';
    case 'rate_limited':
      return 'too_many_requests';
    case 'storage_unavailable':
    case 'contended':
      return 'temporarily_unavailable';
    default:
      return 'invalid_request';
  }
}
