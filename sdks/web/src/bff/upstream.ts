import { WebError } from '../web-error.ts';

/** An API that the page may call through its backend, with the user's access token. */
export interface Upstream {
  /** Path below the prefix: `/api`. */
  path: string;
  /** Where it leads; what comes after `path` is appended: `https://api.example.com/v1`. */
  target: string;
  /** Default: all. */
  methods?: readonly string[];
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Checks at start what will be given tokens. */
export function checkedUpstreams(upstreams: readonly Upstream[]): readonly Upstream[] {
  for (const { path, target } of upstreams) {
    const url = new URL(target);
    if (url.protocol !== 'https:' && !loopback.test(url.hostname))
      throw new TypeError(`upstreams: ${target} must be https, or on this machine: it is sent access tokens`);
    if (!path.startsWith('/') || path.endsWith('/'))
      throw new TypeError(`upstreams: path ${path} begins with a slash and ends with none`);
    if (url.search !== '' || url.hash !== '')
      throw new TypeError(`upstreams: target ${target} has a query or a fragment`);
  }
  return upstreams.toSorted((one, other) => other.path.length - one.path.length);
}

/** Characters that servers read in different ways: encoded slashes and dots, backslashes. */
const ambiguous = /%2f|%5c|%2e|\\/i;

/** The address that a call leads to. What is not in the list, or could be read as something outside of it, leads nowhere. */
export function targetOf(
  upstreams: readonly Upstream[],
  method: string,
  pathAndQuery: string,
): { url: string; upstream: Upstream } {
  const [path = '', ...query] = pathAndQuery.split('?');
  const upstream = upstreams.find((each) => path === each.path || path.startsWith(`${each.path}/`));
  if (upstream === undefined || (upstream.methods && !upstream.methods.includes(method)))
    throw new WebError('forbidden', 'this is not among the calls that are allowed');
  if (ambiguous.test(path)) throw new WebError('bad_request', 'the path can be read in two ways');
  const base = new URL(upstream.target);
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, '') + path.slice(upstream.path.length);
  if (query.length > 0) url.search = `?${query.join('?')}`;
  const isInside = url.origin === base.origin && `${url.pathname}/`.startsWith(`${base.pathname.replace(/\/$/, '')}/`);
  if (!isInside) throw new WebError('bad_request', 'the path leads outside of what is allowed');
  return { url: url.href, upstream };
}
