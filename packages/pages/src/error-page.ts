import type { Problem } from './causes.ts';
import { visibleText } from './display-text.ts';
import { door } from './frame.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import type { Messages } from './messages/en.ts';
import { plain } from './phrase.ts';
import { safeUrl } from './safe-url.ts';
import { durationText } from './time.ts';

/** What helps the developer of the app; folded away from everybody else. All values are shown exactly, invisible characters spelled out. */
export interface DeveloperDetail {
  /** An OAuth error code, or the product's own. */
  readonly error: string;
  readonly description?: string;
  readonly clientId?: string;
  readonly redirectUri?: { readonly sent: string | undefined; readonly registered: readonly string[] };
}

export interface ErrorView {
  readonly problem: Problem;
  /** Finds the precise reason in the log. */
  readonly correlationId: string;
  readonly retryAfterSeconds?: number;
  /** Where the person may go on; never an address that was not checked. */
  readonly backHref?: string;
  readonly developer?: DeveloperDetail;
}

export function errorPage(view: ErrorView, look: Look): string {
  const messages = messagesIn(look.locale);
  const { title, happened, remedy } = messages.problems[view.problem];
  const wait = view.retryAfterSeconds;
  return door(look, {
    title: messages.errorTitle(title),
    body: html`<h1>${title}</h1>
<p>${happened}</p>
<h2>${messages.error.whatToDo}</h2>
<p>${remedy}${wait !== undefined && html` ${plain(messages.error.retryIn(durationText(wait, look.locale)))}`}</p>
${view.backHref !== undefined && html`<p><a class="button" href="${safeUrl(view.backHref)}">${messages.error.back}</a></p>`}
<p class="quiet small">${messages.error.reference}: <code>${visibleText(view.correlationId)}</code></p>
${view.developer && developerDetail(view.developer, messages)}`,
  });
}

function developerDetail(detail: DeveloperDetail, { error }: Messages): Html {
  return html`<details><summary>${error.developer}</summary><dl>
${entry(error.code, detail.error)}${entry(error.description, detail.description)}${entry(error.client, detail.clientId)}
${detail.redirectUri && redirectUriDetail(detail.redirectUri, error)}</dl>${detail.redirectUri && html`<p class="quiet small">${error.exact}</p>`}</details>`;
}

function entry(label: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : html`<dt>${label}</dt><dd><code>${visibleText(value)}</code></dd>`;
}

type RedirectUriDetail = NonNullable<DeveloperDetail['redirectUri']>;

function redirectUriDetail({ sent, registered }: RedirectUriDetail, error: Messages['error']): Html {
  const shared = Math.max(0, ...registered.map((uri) => sharedLength(uri, sent ?? '')));
  return html`<dt>${error.sentUri}</dt><dd>${sent === undefined ? error.none : marked(sent, shared)}</dd>
<dt>${error.registeredUris}</dt>${registered.length === 0 && html`<dd>${error.none}</dd>`}${registered.map((uri) => html`<dd>${marked(uri, sharedLength(uri, sent ?? ''))}</dd>`)}`;
}

/** The value with everything after its first `shared` characters marked. */
function marked(value: string, shared: number): Html {
  const rest = visibleText(value.slice(shared));
  return html`<code>${visibleText(value.slice(0, shared))}${rest !== '' && html`<mark>${rest}</mark>`}</code>`;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
