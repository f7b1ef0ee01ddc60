import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import type { BlockList } from 'node:net';
import { canonicalAddress, familyOf } from './address-range.ts';

export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined };
}

/**
 * The address that a request comes from, canonical; empty when the connection has none.
 *
 * What a peer says of others counts only if it is a trusted proxy; without any, no header is looked at. Each proxy writes at the right end the address that it
 * got the request from, so the first address from the right that is no trusted proxy is the client: what stands left of
 * it, the client may have invented. An entry that is no address ends the search at the trusted proxy that passed it on.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7239#section-8.1 RFC 7239 section 8.1}
 */
export function clientAddress({ headers, socket }: ReceivedRequest, trustedProxies: BlockList | undefined): string {
  let nearest = peerAddress(socket);
  if (trustedProxies === undefined) return nearest;
  const isTrusted = (address: string) => address !== '' && trustedProxies.check(address, familyOf(address));
  if (!isTrusted(nearest)) return nearest;
  for (const hop of hopsFromTheRight(headers)) {
    if (hop === undefined) return nearest;
    nearest = hop;
    if (!isTrusted(hop)) return hop;
  }
  return nearest;
}

const peerAddresses = new WeakMap<ReceivedRequest['socket'], string>();

/** The other end of a connection stays the same for all requests on it. */
function peerAddress(socket: ReceivedRequest['socket']): string {
  const known = peerAddresses.get(socket) ?? canonicalAddress(socket.remoteAddress ?? '') ?? '';
  peerAddresses.set(socket, known);
  return known;
}

/** `X-Forwarded-For`, and `Forwarded` only where that is absent. `undefined` stands for an entry that is no address. */
function hopsFromTheRight(headers: IncomingHttpHeaders): (string | undefined)[] {
  const { 'x-forwarded-for': forwardedFor, forwarded } = headers;
  if (forwardedFor !== undefined) return entriesFromTheRight(forwardedFor).map(addressOfEntry);
  return forwarded === undefined ? [] : entriesFromTheRight(forwarded).map(addressOfElement);
}

/**
 * A comma inside a quoted text parts an entry too. Neither half is well-formed then, so that it ends the search; what a
 * client wrote at the left, an open quotation mark for instance, cannot swallow what a proxy wrote at the right.
 */
function entriesFromTheRight(header: string | string[]): string[] {
  const whole = typeof header === 'string' ? header : header.join(',');
  return whole
    .split(',')
    .map((entry) => entry.trim())
    .toReversed();
}

/** An entry of `X-Forwarded-For`: a node as in `Forwarded`, or IPv6 without brackets. */
function addressOfEntry(entry: string): string | undefined {
  return isIPv6(entry) && !entry.includes('%') ? canonicalAddress(entry) : addressOfNode(entry);
}

/**
 * The address in the one `for=` of an element, if it has one.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7239#section-4 RFC 7239 section 4}
 */
function addressOfElement(element: string): string | undefined {
  const texts = element.split(';').map((text) => text.trim());
  const pairs = texts.filter((text) => text !== '').map((text) => pairShape.exec(text)?.groups);
  if (pairs.includes(undefined)) return undefined;
  const [node, ...others] = pairs.filter((pair) => pair?.['name']?.toLowerCase() === 'for');
  if (node === undefined || others.length > 0) return undefined;
  return addressOfNode(node['token'] ?? node['quoted']?.replace(/\\(.)/g, '$1') ?? '');
}

const pairShape = /^(?<name>[\w!#$%&'*+.^`|~-]+)=(?:(?<token>[\w!#$%&'*+.^`|~-]+)|"(?<quoted>(?:[^"\\]|\\.)*)")$/;

/**
 * The address of a node, without its port. None for `unknown` and for identifiers that hide the address (`_gazonk`).
 * @see {@link https://www.rfc-editor.org/rfc/rfc7239#section-6 RFC 7239 section 6}
 */
function addressOfNode(node: string): string | undefined {
  const { v4 = '', v6 = '' } = nodeShape.exec(node)?.groups ?? {};
  return isIPv4(v4) || isIPv6(v6) ? canonicalAddress(v4 || v6) : undefined;
}

const nodeShape = /^(?:(?<v4>[\d.]+)|\[(?<v6>[\da-f:.]+)\])(?::(?:\d{1,5}|_[\w.-]+))?$/i;
