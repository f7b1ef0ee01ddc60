import type { SessionRecord, SessionStore } from '@ostiary/browser';

/** A cookie holds 4,096 bytes with its name; a session may need more. */
const PIECE_LENGTH = 3500;
const PIECES = ['lab_session_0', 'lab_session_1', 'lab_session_2'];

/**
 * A store of one's own, as the SDK takes any: one record in cookies that script writes.
 *
 * @param cookies `document`
 */
export function cookieStore(cookies: { cookie: string }): SessionStore {
  const read = () => {
    const values = new Map(cookies.cookie.split('; ').map((pair) => splitOnce(pair, '=')));
    return parse(decodeURIComponent(PIECES.map((name) => values.get(name) ?? '').join('')));
  };
  const write = (record: SessionRecord | undefined) => {
    const text = record === undefined ? '' : encodeURIComponent(JSON.stringify(record));
    for (const [index, name] of PIECES.entries()) {
      const piece = text.slice(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH);
      const life = piece === '' ? '; Max-Age=0' : '';
      cookies.cookie = `${name}=${piece}; Path=/; SameSite=Strict${life}`;
    }
  };
  return {
    read,
    update(change) {
      const current = read();
      const next = change(current);
      if (next !== current) write(next);
      return next;
    },
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parse(text: string): SessionRecord | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as SessionRecord);
  } catch {
    return undefined;
  }
}
