/** Credentials of an API at its issuer. */
export interface ApiCredentials {
  clientId: string;
  clientSecret: string;
}

/**
 * The header `Authorization` that they make. Both are form-encoded inside.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 section 2.3.1}
 */
export function basicHeader({ clientId, clientSecret }: ApiCredentials): string {
  return `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
