import type { Refusal } from '@ostiary/service';

export type FormResult = { ok: true; pairs: URLSearchParams } | { ok: false; refusal: Refusal };

/**
 * Reads a form-encoded body of bounded size.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-B RFC 6749 appendix B}
 */
export async function readForm(request: Request, maxBytes: number): Promise<FormResult> {
  const mediaType = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') return { ok: false, refusal: { reason: 'body_not_form' } };
  const body = await readText(request, maxBytes);
  return body === undefined
    ? { ok: false, refusal: { reason: 'body_too_large' } }
    : { ok: true, pairs: new URLSearchParams(body) };
}

/** The body as text, or nothing when it is larger than allowed; the rest of a larger one is not read. */
export async function readText(request: Request, maxBytes: number): Promise<string | undefined> {
  const declared = request.headers.get('content-length');
  if (declared !== null && /^[0-9]{1,15}$/.test(declared)) {
    if (Number(declared) > maxBytes) return undefined;
    const text = await request.text();
    // A host that hands over more than was declared is not believed either.
    return Buffer.byteLength(text) > maxBytes ? undefined : text;
  }
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
