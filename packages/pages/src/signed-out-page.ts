import { door } from './frame.ts';
import { html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import { rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';

export interface SignedOutView {
  /** The way back to the app, to a `post_logout_redirect_uri` that is registered. */
  readonly back?: { readonly href: string; readonly clientName: string };
  /** Where a person without an app may sign in again. */
  readonly signInHref?: string;
}

export function signedOutPage(view: SignedOutView, look: Look): string {
  const { signedOut } = messagesIn(look.locale);
  return door(look, {
    title: signedOut.title,
    body: html`<h1>${signedOut.title}</h1>
<p>${signedOut.text}</p>
${view.back && html`<p><a class="button" href="${safeUrl(view.back.href)}">${rich(signedOut.back(view.back.clientName))}</a></p>`}
${view.signInHref !== undefined && html`<p><a href="${safeUrl(view.signInHref)}">${signedOut.signInAgain}</a></p>`}`,
  });
}
