import { WebError } from '../web-error.ts';

/** A header that no form, link or image can send, and no other origin's script without being allowed to. */
const header = 'x-csrf';

/**
 * Refuses calls that the app's own page did not make: every call carries the header ([RFC 10017, section 6.1.3.3](https://www.rfc-editor.org/rfc/rfc10017)),
 * and what the browser says of its origin must fit.
 */
export function checkOwnCall({ headers }: Request, origin: string): void {
  if (headers.get(header) !== '1') throw new WebError('forbidden', 'the header X-CSRF: 1 is missing');
  const from = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const isForeign = (from !== null && from !== origin) || (site !== null && site !== 'same-origin');
  if (isForeign) throw new WebError('forbidden', 'this is a call of another origin');
}
