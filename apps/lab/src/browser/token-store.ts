export interface TokenSet {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  /** The scope that was granted. */
  scope: string;
  /** 0 at sign-in, one more for each successor. */
  generation: number;
  refreshExpiresAtMs: number | undefined;
  /** The name of the renewal under way with this refresh token: kept before it is sent, gone with the answer. */
  attempt?: string;
}

export interface TokenStore {
  read(): TokenSet | undefined;
  write(tokens: TokenSet): void;
  clear(): void;
}

export const STORAGE_CHOICES = [
  {
    choice: 'memory',
    name: 'Memory',
    risk: 'Gone with every reload; foreign script in the page can still ask for new tokens while it runs.',
  },
  {
    choice: 'session',
    name: 'sessionStorage',
    risk: 'Lives as long as this tab; any script that runs in the page can read it and carry it away.',
  },
  {
    choice: 'local',
    name: 'localStorage',
    risk: 'Stays after the browser is closed and is shared by all tabs; any script in the page can carry it away.',
  },
  {
    choice: 'cookie',
    name: 'Cookie',
    risk: 'Written by script, so script can read it, and the browser also sends it to every server on this host, on every port.',
  },
] as const;

export type StorageChoice = (typeof STORAGE_CHOICES)[number]['choice'];

interface Places {
  sessionStorage: Storage;
  localStorage: Storage;
  /** `document`, for its cookies. */
  cookies: { cookie: string };
}

export function createTokenStore(choice: StorageChoice, places: Places): TokenStore {
  switch (choice) {
    case 'memory':
      return memoryStore();
    case 'session':
      return webStorageStore(places.sessionStorage);
    case 'local':
      return webStorageStore(places.localStorage);
    case 'cookie':
      return cookieStore(places.cookies);
  }
}

const KEY = 'lab.tokens';

function memoryStore(): TokenStore {
  let kept: TokenSet | undefined;
  return {
    read: () => kept,
    write: (tokens) => {
      kept = tokens;
    },
    clear: () => {
      kept = undefined;
    },
  };
}

function webStorageStore(storage: Storage): TokenStore {
  return {
    read: () => parseTokens(storage.getItem(KEY)),
    write: (tokens) => storage.setItem(KEY, JSON.stringify(tokens)),
    clear: () => storage.removeItem(KEY),
  };
}

/** A cookie holds 4,096 bytes with its name; three tokens may need more. */
const PIECE_LENGTH = 3500;
const PIECES = ['lab_tokens_0', 'lab_tokens_1', 'lab_tokens_2'];

function cookieStore(cookies: { cookie: string }): TokenStore {
  function write(text: string): void {
    for (const [index, name] of PIECES.entries()) {
      const piece = text.slice(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH);
      const life = piece === '' ? '; Max-Age=0' : '';
      cookies.cookie = `${name}=${piece}; Path=/; SameSite=Strict${life}`;
    }
  }
  return {
    read() {
      const values = new Map(cookies.cookie.split('; ').map((pair) => splitOnce(pair, '=')));
      return parseTokens(decodeURIComponent(PIECES.map((name) => values.get(name) ?? '').join('')));
    },
    write: (tokens) => write(encodeURIComponent(JSON.stringify(tokens))),
    clear: () => write(''),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parseTokens(text: string | null): TokenSet | undefined {
  try {
    const tokens: unknown = JSON.parse(text ?? 'null');
    return typeof tokens === 'object' && tokens !== null && 'accessToken' in tokens ? (tokens as TokenSet) : undefined;
  } catch {
    return undefined;
  }
}
