import { isObject } from '../fetch-json.ts';

/** A JWT taken apart; nothing of it is verified. */
export interface ParsedJwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** Deeper structures are no token of anybody. */
const maxDepth = 12;

/**
 * Takes a compact JWS apart. Each segment has one spelling, header and claims are JSON objects of moderate depth.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-7.1 RFC 7515 section 7.1}
 */
export function parseJwt(token: string): ParsedJwt | undefined {
  const [header = '', claims = '', signature = '', more] = token.split('.', 4);
  if (more !== undefined || !isSpeltRight(signature)) return undefined;
  const [headerObject, claimsObject] = [objectIn(header), objectIn(claims)];
  return headerObject && claimsObject && { header: headerObject, claims: claimsObject };
}

/** Whether a token looks like a JWT: three segments, the first that of a JSON object. Any other token is opaque. */
export function isJwtShaped(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.', 4).length === 3;
}

function objectIn(segment: string): Record<string, unknown> | undefined {
  if (!isSpeltRight(segment)) return undefined;
  const text = Buffer.from(segment, 'base64url').toString();
  if (isDeeperThan(text, maxDepth)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The last character of a segment may carry no bits that belong to no byte (RFC 4648 section 3.5). */
function isSpeltRight(segment: string): boolean {
  return segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;
}

/** Counts brackets outside of strings, so that nothing deep is ever built. */
function isDeeperThan(json: string, most: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json[at];
    if (isInString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') isInString = false;
    } else if (letter === '"') isInString = true;
    else if (letter === '{' || letter === '[') {
      depth += 1;
      if (depth > most) return true;
    } else if (letter === '}' || letter === ']') depth -= 1;
  }
  return false;
}
