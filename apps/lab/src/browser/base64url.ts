/** RFC 4648, section 5, without padding. */
export function bytesToBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The UTF-8 text behind a base64url value. Throws when it is neither. */
export function base64urlToText(value: string): string {
  const binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** `size` random bytes as base64url: 32 bytes give 43 characters. */
export function randomBase64url(size: number): string {
  return bytesToBase64url(crypto.getRandomValues(new Uint8Array(size)));
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** Eight characters that tell two tokens apart without giving either away. */
export async function fingerprint(token: string): Promise<string> {
  return bytesToBase64url(await sha256(token)).slice(0, 8);
}
