/** What the SDK takes from the browser. Tests put a virtual one in its place; nothing else of the page is touched. */
export interface Environment {
  /** Whether there is a page: on a server nothing is kept, told or timed. */
  isPage: boolean;
  /** Wall clock, milliseconds since 1970; may be wrong and may leap. */
  wallMs(): number;
  /** Monotonic clock, milliseconds; may stand still while the machine sleeps. */
  monotonicMs(): number;
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  /** Calls back once after `ms`, some minutes at most; returns what cancels it. */
  setTimer(ms: number, callBack: () => void): () => void;
  /** A signal that aborts after `ms`. */
  timeout(ms: number): AbortSignal;
  /** Unpredictable bytes, base64url. */
  random(bytes: number): string;
  /** Between 0 and 1. */
  draw(): number;
  /** SHA-256 of ASCII text, base64url. */
  digest(text: string): Promise<string>;
  /** Undefined where storage is switched off or refuses. */
  storage(kind: 'local' | 'session'): Storage | undefined;
  /** Undefined where tabs cannot speak to each other. */
  channel(name: string, onMessage: (message: unknown) => void): Channel | undefined;
  /** Web Locks; undefined where there are none. */
  locks: Pick<LockManager, 'request'> | undefined;
  /** Calls back whenever the page may have slept, been hidden, gone offline or come back; returns what ends it. */
  onWake(callBack: () => void): () => void;
  isOnline(): boolean;
  location: Page;
}

export interface Channel {
  post(message: unknown): void;
  close(): void;
}

/** The page's address. */
export interface Page {
  href(): string;
  /** Leaves for another address. */
  assign(url: string): void;
  /** Changes what the address bar shows, without a load. */
  replace(url: string): void;
}

/** The browser this runs in. Touches nothing until it is called, so that a server may import and create. */
export function browserEnvironment(): Environment {
  return {
    isPage: typeof document !== 'undefined',
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    fetch: (input, init) => fetch(input, init),
    setTimer,
    timeout: (ms) => AbortSignal.timeout(ms),
    random: (bytes) => base64url(crypto.getRandomValues(new Uint8Array(bytes))),
    draw: () => Math.random(),
    digest: async (text) =>
      base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))),
    storage(kind) {
      try {
        return kind === 'local' ? globalThis.localStorage : globalThis.sessionStorage;
      } catch {
        return undefined;
      }
    },
    channel: openChannel,
    locks: globalThis.navigator?.locks,
    onWake,
    isOnline: () => globalThis.navigator?.onLine !== false,
    location: {
      href: () => location.href,
      assign: (url) => location.assign(url),
      replace: (url) => history.replaceState(history.state, '', url),
    },
  };
}

function setTimer(ms: number, callBack: () => void): () => void {
  const timer = setTimeout(callBack, ms);
  return () => clearTimeout(timer);
}

function openChannel(name: string, onMessage: (message: unknown) => void): Channel | undefined {
  // On a server it would keep the process alive, and tell of one user's session to another's.
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined') return undefined;
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', ({ data }) => onMessage(data));
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** Each is told to the document or to the window. */
const wakeEvents = ['visibilitychange', 'resume', 'pageshow', 'focus', 'online'];

function onWake(callBack: () => void): () => void {
  const listener = () => {
    if (document.visibilityState !== 'hidden') callBack();
  };
  const places = [document, window].flatMap((target) => wakeEvents.map((event) => ({ target, event })));
  for (const { target, event } of places) target.addEventListener(event, listener);
  return () => {
    for (const { target, event } of places) target.removeEventListener(event, listener);
  };
}

/** [RFC 4648, section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5), without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
