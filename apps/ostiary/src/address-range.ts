import { BlockList, isIP, SocketAddress } from 'node:net';

/** Addresses that begin with the same `prefixLength` bits. IPv4-mapped IPv6 stands as IPv4. */
export interface AddressRange {
  address: string;
  prefixLength: number;
  family: 'ipv4' | 'ipv6';
}

export type ReadRange = { ok: true; range: AddressRange } | { ok: false; message: string };

/**
 * Reads an IP address, or a range of them in CIDR notation, whose hosts are to be believed what they say of others.
 * A range that is too wide for that is refused.
 * @see {@link https://www.rfc-editor.org/rfc/rfc4632#section-3.1 RFC 4632 section 3.1}
 */
export function readTrustedRange(text: string): ReadRange {
  const range = readRange(text);
  if (range === undefined)
    return {
      ok: false,
      message: 'must be an IP address or a range of them, such as "192.0.2.10", "10.0.0.0/8" or "fd00::/64"',
    };
  if (range.prefixLength < minPrefixLength[range.family])
    return {
      ok: false,
      message: `is too wide: whoever is in it may pretend to be any other client; name the proxies, with /${minPrefixLength.ipv4} (IPv4) or /${minPrefixLength.ipv6} (IPv6) at the widest`,
    };
  if (range.family === 'ipv6' && containsAllOfIpv4(range))
    return { ok: false, message: 'contains every IPv4 address in its IPv4-mapped form; name the proxies' };
  return { ok: true, range };
}

/** One spelling for each address: that of RFC 5952, without a zone, and IPv4-mapped IPv6 as IPv4. `undefined` when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0) return undefined;
  const { address } = new SocketAddress({ address: text, family: familyOf(text) });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

export function blockListOf(ranges: readonly AddressRange[]): BlockList {
  const list = new BlockList();
  for (const { address, prefixLength, family } of ranges) list.addSubnet(address, prefixLength, family);
  return list;
}

/** Of a text that is an address. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

const addressBits = { ipv4: 32, ipv6: 128 };
const minPrefixLength = { ipv4: 8, ipv6: 16 };
/** The bits of an IPv4-mapped address before those of the IPv4 address (RFC 4291 section 2.5.5.2). */
const mappedBits = 96;

function readRange(text: string): AddressRange | undefined {
  const [, written = '', length] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = canonicalAddress(written);
  if (address === undefined) return undefined;
  const family = familyOf(written);
  const prefixLength = Number(length ?? addressBits[family]);
  if (prefixLength > addressBits[family]) return undefined;
  if (family === familyOf(address)) return { address, prefixLength, family };
  if (prefixLength < mappedBits) return { address: written, prefixLength, family };
  return { address, prefixLength: prefixLength - mappedBits, family: 'ipv4' };
}

/** A range of IPv6 that is wider than the mapped addresses has all of them or none. */
function containsAllOfIpv4(range: AddressRange): boolean {
  return blockListOf([range]).check('::ffff:0.0.0.0', 'ipv6');
}
