import { createHash } from 'node:crypto';
import { hiddenFields } from './frame.ts';
import { html, htmlText, trustMarkupUnescaped } from './html.ts';
import type { Locale } from './locale.ts';
import { messagesIn } from './messages.ts';
import { safeUrl } from './safe-url.ts';

export interface FormPostView {
  /** The registered redirect URI. */
  readonly target: string;
  /** The answer's parameters, each as a form field. */
  readonly params: Readonly<Record<string, string>>;
  readonly locale: Locale;
}

/** The only script of all pages. `submit` is taken from the prototype because a field of that name would hide the method. */
export const formPostScript = 'HTMLFormElement.prototype.submit.call(document.forms[0])';

/** What allows `formPostScript`, and no other script, in a Content-Security-Policy: `script-src 'sha256-...'`. */
export const formPostScriptHashSource = `'sha256-${createHash('sha256').update(formPostScript).digest('base64')}'`;

/** Sends the answer to the app by a form that posts itself; without script, by a button. OAuth 2.0 Form Post Response Mode. */
export function formPostPage({ target, params, locale }: FormPostView): string {
  const { formPost } = messagesIn(locale);
  return htmlText(html`<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${formPost.title}</title><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><form method="post" action="${safeUrl(target)}">${hiddenFields(params)}<noscript><h1>${formPost.title}</h1><button>${formPost.submit}</button></noscript></form></main><script>${trustMarkupUnescaped(formPostScript)}</script></body></html>
`);
}
