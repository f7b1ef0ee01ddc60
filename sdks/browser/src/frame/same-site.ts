/**
 * Whether two addresses belong to one site, so that the cookies of one come along in frames of the other. Public suffixes are
 * not known here; the browser is asked instead, which keeps no cookie for one.
 *
 * @param mayHoldCookie whether a page at `one` may hold a cookie for a domain above it
 */
export function isSameSite(one: string, other: string, mayHoldCookie: (domain: string) => boolean): boolean {
  const [first, second] = [new URL(one), new URL(other)];
  if (first.protocol !== second.protocol) return false;
  if (first.hostname === second.hostname) return true;
  const shared = sharedDomain(first.hostname, second.hostname);
  return shared !== undefined && mayHoldCookie(shared);
}

/** The longest domain that holds both names. Addresses of numbers have none. */
function sharedDomain(one: string, other: string): string | undefined {
  if (![one, other].every((name) => /\.?[a-z][a-z0-9-]*$/i.test(name))) return undefined;
  const [labels, others] = [one.split('.').toReversed(), other.split('.').toReversed()];
  const length = labels.findIndex((label, index) => label !== others[index]);
  const shared = labels.slice(0, length === -1 ? labels.length : length).toReversed();
  return shared.length > 1 ? shared.join('.') : undefined;
}

/** Tries a cookie for the domain, and takes it away again. */
export function mayHoldCookie(domain: string): boolean {
  const cookie = `ostiary.site=1; Domain=${domain}; SameSite=Strict; Path=/`;
  document.cookie = `${cookie}; Max-Age=10`;
  const isHeld = document.cookie.includes('ostiary.site=1');
  document.cookie = `${cookie}; Max-Age=0`;
  return isHeld;
}
