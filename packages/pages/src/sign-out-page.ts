import { door, hiddenFields } from './frame.ts';
import { html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import { rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';

export interface SignOutView {
  readonly action: string;
  readonly csrf: string;
  /** Ties the page to a sign-out request of an app; absent when the person asked on the account page. */
  readonly ticket?: string;
  /** The app that asks, if one does. */
  readonly clientName?: string;
  readonly signedInAs: { readonly name: string };
}

/** Posts `decision=sign_out` or `decision=stay` with `csrf` and, if there is one, `ticket`. */
export function signOutPage(view: SignOutView, look: Look): string {
  const { signOut } = messagesIn(look.locale);
  const ticket: Record<string, string> = view.ticket === undefined ? {} : { ticket: view.ticket };
  return door(look, {
    title: signOut.title,
    body: html`<h1>${signOut.title}</h1>
${view.clientName !== undefined && html`<p>${rich(signOut.fromClient(view.clientName))}</p>`}
<p>${rich(signOut.what(view.signedInAs.name))}</p>
<form method="post" action="${safeUrl(view.action)}">${hiddenFields({ ...ticket, csrf: view.csrf })}
<button class="primary" name="decision" value="sign_out">${signOut.submit}</button>
<button class="quiet" name="decision" value="stay">${signOut.stay}</button></form>`,
  });
}
