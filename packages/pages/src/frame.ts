import { displayText, initialOf } from './display-text.ts';
import { html, htmlText } from './html.ts';
import type { Html } from './html.ts';
import type { Look, Theme } from './look.ts';
import { safeUrl } from './safe-url.ts';

/** An app as a person sees it. */
export interface ClientSeen {
  readonly name: string;
  /** A path of this server, or an address that the Content-Security-Policy allows. */
  readonly logoUrl?: string;
}

interface PageParts {
  /** Plain text for the browser's tab. */
  readonly title: string;
  readonly body: Html;
}

/** A door: one narrow column, seen for four seconds. */
export function door(look: Look, { title, body }: PageParts): string {
  return document(look, {
    title,
    body: html`<body class="door"><main>${body}</main><footer>${brand(look.theme)}</footer></body>`,
  });
}

/** A room: a wide page with a head, where a person stays a while. */
export function room(look: Look, { title, head, body }: PageParts & { readonly head?: Html }): string {
  return document(look, {
    title: `${title} · ${displayText(look.theme.productName)}`,
    body: html`<body class="room"><header>${brand(look.theme)}${head}</header><main>${body}</main></body>`,
  });
}

/** The asking app's logo, or a tile with its first letter. Decoration: the name stands beside it in words. */
export function clientTile(client: ClientSeen): Html {
  if (client.logoUrl === undefined) return html`<span class="tile" aria-hidden="true">${initialOf(client.name)}</span>`;
  return html`<img class="tile" src="${safeUrl(client.logoUrl)}" alt="" width="48" height="48">`;
}

/** Hidden form fields: names and values are kept exactly as they are. */
export function hiddenFields(fields: Readonly<Record<string, string>>): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`${inputs}`;
}

function document({ locale, stylesheetHref, iconHref }: Look, { title, body }: PageParts): string {
  return htmlText(html`<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="stylesheet" href="${safeUrl(stylesheetHref)}"><link rel="icon" type="image/svg+xml" href="${safeUrl(iconHref)}"></head>
${body}</html>
`);
}

function brand(theme: Theme): Html {
  return html`<p class="brand">${theme.logoUrl === undefined ? doorMark : html`<img src="${safeUrl(theme.logoUrl)}" alt="" height="24">`} <bdi>${displayText(theme.productName)}</bdi></p>`;
}

const doorPath = 'M2 15V7a6 6 0 0 1 12 0v8H9V7.5a1 1 0 0 0-2 0V15z';

const doorMark = html`<svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="${doorPath}"></path></svg>`;

/** The icon of a browser's tab: an SVG document. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#0f5f57" fill-rule="evenodd" d="${doorPath}"/></svg>`;
