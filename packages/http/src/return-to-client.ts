import type { ReturnAddress } from '@ostiary/service';
import { formPostPage, type Locale } from '@ostiary/pages';
import type { Context } from 'hono';
import { htmlAnswer, seeOther } from './answers.ts';
import type { Bindings } from './context.ts';
import { formPostPolicy } from './security-headers.ts';

/**
 * Sends an authorization response to the client, in the query or by a form that posts itself.
 * @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html OAuth 2.0 Form Post Response Mode}
 */
export function returnToClient(
  c: Context<Bindings>,
  address: ReturnAddress,
  parameters: Record<string, string>,
  locale: Locale,
): Response {
  const { redirectUri, responseMode } = address;
  if (responseMode === 'query') return seeOther(c, withQuery(redirectUri, parameters));
  return htmlAnswer(c, formPostPage({ target: redirectUri, params: parameters, locale }), formPostPolicy(redirectUri));
}

/** Response parameters after a query that is kept (RFC 6749 section 3.1.2). */
export function withQuery(uri: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(parameters).toString();
  if (query === '') return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
}
