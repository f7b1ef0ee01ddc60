import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { LabAddresses } from '../addresses.ts';
import { navigation } from '../navigation.ts';

/** HTML made by the tag `html` of `hono/html`: what is put in is escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface WebPage {
  /** Path of the page that the navigation shows as the present one. */
  path: string;
  title: string;
  /** One sentence below the title. */
  lead: Markup;
  main: Markup;
  /** Module of `src/browser` that the page runs; it shows the time as well. */
  script?: string;
}

const clock = html`<dl class="clock">
  <dt>Issuer's time</dt>
  <dd id="clock" data-testid="clock">…</dd>
</dl>`;

/** A page of the web app, whole. */
export async function webDocument(
  addresses: LabAddresses,
  { path, title, lead, main, script }: WebPage,
): Promise<string> {
  const whole = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: Ostiary Lab</title>
        <link rel="icon" href="/icon.svg" />
        <link rel="stylesheet" href="/lab.css" />
        ${script === undefined ? '' : html`<script type="module" src="/browser/${script}"></script>`}
      </head>
      <body>
        ${raw(navigation(addresses, { at: 'web', path }))}
        <header class="top">
          <div>
            <h1>${title}</h1>
            <p class="quiet">${lead}</p>
          </div>
          ${script === undefined ? '' : clock}
        </header>
        <main>${main}</main>
      </body>
    </html>`;
  // What the tag makes is an object around a text.
  return whole.toString();
}
