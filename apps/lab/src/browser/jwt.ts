import { base64urlToText } from './base64url.ts';

type JsonObject = Record<string, unknown>;

export interface DecodedJwt {
  header: JsonObject;
  payload: JsonObject;
}

/** What a JWT says, unverified: for showing and for `exp`, never for trust. Undefined when it is not a JWT. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const [head, body, signature, ...rest] = token.split('.');
  if (!head || !body || signature === undefined || rest.length > 0) return undefined;
  try {
    const header: unknown = JSON.parse(base64urlToText(head));
    const payload: unknown = JSON.parse(base64urlToText(body));
    return isJsonObject(header) && isJsonObject(payload) ? { header, payload } : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of a payload that are points in time, in the order of the payload. */
export function timesOf(payload: JsonObject): { claim: string; atMs: number }[] {
  return ['iat', 'nbf', 'auth_time', 'exp'].flatMap((claim) => {
    const seconds = payload[claim];
    return typeof seconds === 'number' && Number.isFinite(seconds) ? [{ claim, atMs: seconds * 1000 }] : [];
  });
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
