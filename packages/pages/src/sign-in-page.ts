import { clientTile, door, hiddenFields } from './frame.ts';
import type { ClientSeen } from './frame.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import type { Messages } from './messages/en.ts';
import { nameElement, plain, rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';
import { durationText } from './time.ts';

export type SignInError =
  | { readonly kind: 'wrong_credentials' }
  | { readonly kind: 'too_many_attempts'; readonly retryAfterSeconds: number }
  | { readonly kind: 'session_expired' };

export interface SignInView {
  readonly client: ClientSeen;
  /** Where every form of the page is posted. */
  readonly action: string;
  readonly ticket: string;
  readonly csrf: string;
  /** Fills the username in advance (`login_hint`, or what was typed before an error). */
  readonly loginHint?: string;
  /** Who is signed in already: offered as `account=current`, or, with `reauthenticate`, the only one who may sign in. */
  readonly signedInAs?: { readonly name: string; readonly username: string };
  /** Asks for the password again; the username is fixed. */
  readonly reauthenticate?: boolean;
  readonly error?: SignInError;
}

/** Posts `username`, `password`, or `account=current`, or `action=cancel`; always with `ticket` and `csrf`. */
export function signInPage(view: SignInView, look: Look): string {
  const messages = messagesIn(look.locale);
  const again = view.reauthenticate === true;
  const title = (again ? messages.signIn.titleAgain : messages.signIn.title)(view.client.name);
  return door(look, {
    title: view.error ? messages.errorTitle(plain(title)) : plain(title),
    body: html`<div class="asker">${clientTile(view.client)}<h1>${rich(title)}</h1>
<p class="quiet">${rich(messages.signIn.withAccount(look.theme.productName))}</p></div>
${offersCurrent(view) && currentAccount(view, messages)}
<form method="post" action="${safeUrl(view.action)}">${hiddenFields({ ticket: view.ticket, csrf: view.csrf })}
${view.error && html`<p class="alert danger" role="alert" id="problem">${problemText(view.error, messages, look.locale)}</p>`}
${usernameField(view, messages)}
${passwordField(view, messages)}
<button${!offersCurrent(view) && html` class="primary"`}>${messages.signIn.submit}</button>
<button class="quiet" name="action" value="cancel" formnovalidate>${messages.signIn.cancel}</button>
</form>`,
  });
}

function offersCurrent({ signedInAs, reauthenticate }: SignInView): boolean {
  return signedInAs !== undefined && reauthenticate !== true;
}

function currentAccount({ signedInAs, action, ticket, csrf }: SignInView, messages: Messages): Html | undefined {
  if (!signedInAs) return undefined;
  return html`<form method="post" action="${safeUrl(action)}">${hiddenFields({ ticket, csrf })}
<button class="primary two-lines" name="account" value="current"><span>${rich(messages.signIn.continueAs(signedInAs.name))}</span> <small>${nameElement(signedInAs.username)}</small></button></form>
<p class="divider">${messages.signIn.orAnother}</p>`;
}

function usernameField(view: SignInView, messages: Messages): Html {
  const fixed = fixedUsername(view);
  const value = fixed ?? view.loginHint ?? '';
  return html`<label for="username">${messages.signIn.username}</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${value}"${fixed !== undefined && html` readonly`}${mayFocus(view) && value === '' && html` autofocus`}${describedBy(view.error)}>`;
}

function passwordField(view: SignInView, messages: Messages): Html {
  const nameIsKnown = Boolean(fixedUsername(view) ?? view.loginHint);
  return html`<label for="password">${messages.signIn.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${mayFocus(view) && nameIsKnown && html` autofocus`}${describedBy(view.error)}>`;
}

function fixedUsername({ reauthenticate, signedInAs }: SignInView): string | undefined {
  return reauthenticate === true ? signedInAs?.username : undefined;
}

/** Where one button continues, the focus must not start beyond it; unless the person has just been told of an error in the form. */
function mayFocus(view: SignInView): boolean {
  return !offersCurrent(view) || view.error !== undefined;
}

function describedBy(error: SignInError | undefined): Html | undefined {
  if (!error) return undefined;
  return html` aria-describedby="problem"${error.kind === 'wrong_credentials' && html` aria-invalid="true"`}`;
}

function problemText(error: SignInError, { signIn }: Messages, locale: Locale): string {
  switch (error.kind) {
    case 'wrong_credentials':
      return signIn.wrongCredentials;
    case 'too_many_attempts':
      return plain(signIn.tooManyAttempts(durationText(error.retryAfterSeconds, locale)));
    case 'session_expired':
      return signIn.sessionExpired;
  }
}
