import { html } from 'hono/html';
import type { NotFoundHandler } from 'hono';
import type { LabAddresses } from './addresses.ts';
import { webDocument } from './web/document.ts';

/** What a server of the Lab answers for an address that it does not have. */
export function nothingHere(addresses: LabAddresses): NotFoundHandler {
  return async (context) => {
    if (!context.req.header('accept')?.includes('text/html')) return context.text('404 Not Found', 404);
    const page = await webDocument(addresses, {
      path: context.req.path,
      title: 'There is no page here',
      lead: html`The address may be mistyped. What there is stands in the bar above.`,
      main: html``,
    });
    return context.html(page, 404);
  };
}
