import type { SessionRecord } from '@ostiary/session';
import type { SessionStore } from '../store.ts';

/** The cookies of a page. */
export interface Jar {
  read(): string;
  write(cookie: string): void;
  isSecure: boolean;
  /** Runs `work` while no other tab runs its own. */
  alone<Result>(work: () => Result): Promise<Result>;
}

/** Browsers drop a cookie of more than 4,096 bytes without a word: name and value, attributes in some. */
const chunkLength = 3_600;

/** Keeps a session in as many cookies as it needs. Each names the writing that it belongs to, so that halves of two never make a whole. */
export function openCookieStore(name: string, jar: Jar, maxAgeSeconds: number | undefined): SessionStore {
  const prefix = `${jar.isSecure ? '__Host-' : ''}${encodeURIComponent(name)}.`;
  const attributes = `; Path=/; SameSite=Strict${jar.isSecure ? '; Secure' : ''}`;
  const keep = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  let memory: SessionRecord | undefined;
  let isRefused = false;
  const kept = () =>
    jar
      .read()
      .split('; ')
      .filter((cookie) => cookie.startsWith(prefix))
      .map((cookie) => cookie.slice(prefix.length).split('=', 2) as [string, string]);
  const read = () => {
    if (!isRefused) memory = recordIn(new Map(kept()));
    return memory;
  };
  const remove = (from = 0) => {
    for (const [number] of kept())
      if (!(Number(number) < from)) jar.write(`${prefix}${number}=${attributes}; Max-Age=0`);
  };
  const write = (record: SessionRecord | undefined) => {
    const cookies = record === undefined ? [] : cookiesOf(record);
    for (const [number, value] of cookies.entries()) jar.write(`${prefix}${number}=${value}${attributes}${keep}`);
    remove(cookies.length);
    // Cookies switched off, too large, too many: what was asked for is not there, and half of it must not stay.
    isRefused = record !== undefined && recordIn(new Map(kept())) === undefined;
    if (isRefused) remove();
    memory = record;
  };
  return {
    // Cookies that do not fit together may be a writing under way: it is waited for.
    read: () => (!isRefused && kept().length > 0 && read() === undefined ? jar.alone(read) : read()),
    update: (change) =>
      jar.alone(() => {
        const current = read();
        const next = change(current);
        if (next !== current) write(next);
        return next;
      }),
  };
}

/** Values that a cookie may hold: `WRITING.COUNT.PART` each. */
function cookiesOf(record: SessionRecord): string[] {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const parts = text.match(new RegExp(`.{1,${chunkLength}}`, 'g')) ?? [];
  const writing = crypto.randomUUID();
  return parts.map((part) => `${writing}.${parts.length}.${part}`);
}

function recordIn(cookies: ReadonlyMap<string, string>): SessionRecord | undefined {
  const [writing, count] = (cookies.get('0') ?? '').split('.');
  const parts = Array.from({ length: Number(count) || 0 }, (_, number) =>
    (cookies.get(String(number)) ?? '').split('.'),
  );
  if (parts.length === 0 || parts.some(([each, , part]) => each !== writing || part === undefined)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(parts.map(([, , part]) => part).join('')), (char) => char.charCodeAt(0));
    const value = JSON.parse(new TextDecoder().decode(bytes)) as SessionRecord | null;
    return typeof value?.tokens?.accessToken === 'string' && typeof value.id === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
