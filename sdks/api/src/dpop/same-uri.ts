/**
 * Whether `htu` names this address, after normalisation by syntax and scheme (RFC 3986 sections 6.2.2 and 6.2.3). Query and
 * fragment do not count.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}
 */
export function isSameUri(htu: string, address: string): boolean {
  const wanted = normalised(address);
  return wanted !== undefined && (htu === address || normalised(htu) === wanted);
}

function normalised(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  url.search = '';
  url.hash = '';
  return url.href.replace(/%[0-9a-f]{2}/gi, unreserved);
}

/** Percent-encoded where that is not needed, or in small letters. */
function unreserved(encoded: string): string {
  const letter = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(letter) ? letter : encoded.toUpperCase();
}
