/** [RFC 4648, section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5), without padding. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
