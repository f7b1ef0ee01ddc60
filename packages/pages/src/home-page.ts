import { displayText, visibleText } from './display-text.ts';
import { door } from './frame.ts';
import { html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import { safeUrl } from './safe-url.ts';

export interface HomeView {
  readonly issuer: string;
  readonly accountHref: string;
  readonly discoveryHref: string;
}

/** What stands at the issuer's root. */
export function homePage(view: HomeView, look: Look): string {
  const { home } = messagesIn(look.locale);
  const productName = displayText(look.theme.productName);
  return door(look, {
    title: productName,
    body: html`<h1><bdi>${productName}</bdi></h1>
<p>${home.text}</p>
<p><a class="button primary" href="${safeUrl(view.accountHref)}">${home.account}</a></p>
<h2>${home.developers}</h2>
<dl><dt>${home.issuer}</dt><dd><code>${visibleText(view.issuer)}</code></dd></dl>
<p><a href="${safeUrl(view.discoveryHref)}">${home.discovery}</a></p>`,
  });
}
