import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import { webDocument } from './document.ts';

/** Where the web app begins, and where one is after signing out. */
export function homePage(addresses: LabAddresses): Promise<string> {
  return webDocument(addresses, {
    path: '/',
    title: 'A web app and its API',
    lead: html`An Express app with a session of its own. It calls the API for you, and the browser sees no token.`,
    main: html`<section class="card"><p>The web app.</p></section>`,
  });
}
