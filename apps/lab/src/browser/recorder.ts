import type { Breakage } from './breakage.ts';
import { addExchange, noteFact, showBody, showPairs, showUrl } from './exchange-log.ts';
import type { Exchange, Fact, Outcome, Purpose, Shown } from './exchange-log.ts';

export interface Recorder {
  log(): Exchange[];
  /** `fetch`, as the SDK and the page use it. */
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  /** The browser itself goes somewhere, or came back. Returns the number of the exchange. */
  navigated(purpose: Purpose, url: URL): number;
  note(number: number, fact: Fact): void;
  clear(): void;
}

interface RecorderPorts {
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  fetch: typeof fetch;
  nowMs: () => number;
  breakage: Breakage;
  onChange: () => void;
  /** Hears every exchange, with the body of its answer as it was on the wire. */
  onExchange: (exchange: Exchange, body: string) => void;
}

const KEY = 'lab.exchanges';

/** `fetch` with a memory: every request and answer of the page, its secrets shortened, across redirects. Breaks what is to break. */
export function createRecorder(ports: RecorderPorts): Recorder {
  const { storage, nowMs, onChange, breakage } = ports;
  let log = readLog(storage.getItem(KEY));

  function keep(next: Exchange[]): void {
    log = next;
    storage.setItem(KEY, JSON.stringify(log));
    onChange();
  }

  function add(asked: Asked, outcome: Outcome, body = ''): void {
    keep(addExchange(log, { ...asked, atMs: nowMs(), outcome }));
    const exchange = log.at(-1);
    if (exchange !== undefined) ports.onExchange(exchange, body);
  }

  async function send(asked: Asked, input: string | Request, init?: RequestInit): Promise<Response> {
    const isToken = asked.purpose === 'code' || asked.purpose === 'refresh';
    if (breakage.isOffline && asked.purpose !== 'clock') throw new TypeError('the network is switched off');
    if (isToken && breakage.isBusy) {
      breakage.isBusy = false;
      return new Response('<h1>Busy</h1>', { status: 503, headers: { 'content-type': 'text/html' } });
    }
    return ports.fetch(input, init);
  }

  return {
    log: () => log,
    note: (number, fact) => keep(noteFact(log, number, fact)),
    clear: () => keep([]),
    navigated(purpose, url) {
      add({ purpose, method: 'GET', ...showUrl(url), headers: [] }, { kind: 'navigated' });
      return log.at(-1)?.number ?? 0;
    },
    async fetch(input, init) {
      const asked = describe(input, init);
      try {
        const response = await send(asked, input, init);
        const text = await response.clone().text();
        const answer = { status: response.status, headers: showHeaders(response.headers), body: showBody(text) };
        const isLost = breakage.losesAnswer && asked.purpose === 'refresh';
        if (isLost) breakage.losesAnswer = false;
        add(asked, { kind: isLost ? 'lost' : 'answer', ...answer }, text);
        if (!isLost) return response;
      } catch (error) {
        add(asked, { kind: 'failed', message: error instanceof Error ? error.message : String(error) });
        throw error;
      }
      throw new TypeError('the answer was lost');
    },
  };
}

type Asked = Pick<Exchange, 'purpose' | 'method' | 'url' | 'headers' | 'fields'>;

function describe(input: string | Request, init: RequestInit = {}): Asked {
  const url = new URL(typeof input === 'string' ? input : input.url);
  const headers = new Headers(typeof input === 'string' ? init.headers : input.headers);
  const form = init.body instanceof URLSearchParams ? [...init.body] : [];
  const json: Shown = typeof init.body === 'string' ? [['(JSON)', init.body]] : [];
  const shown = showUrl(url);
  return {
    purpose: purposeOf(url, Object.fromEntries(form)),
    method: (typeof input === 'string' ? init.method : input.method) ?? 'GET',
    url: shown.url,
    headers: showPairs([...headers].filter(([name]) => ['authorization', 'dpop'].includes(name))),
    fields: [...shown.fields, ...showPairs(form), ...json],
  };
}

function purposeOf({ pathname }: URL, form: Record<string, string>): Purpose {
  if (pathname.endsWith('/.well-known/openid-configuration')) return 'discovery';
  if (form['grant_type'] !== undefined) return form['grant_type'] === 'refresh_token' ? 'refresh' : 'code';
  if (form['token'] !== undefined) return 'revoke';
  return pathname === '/clock' ? 'clock' : 'call';
}

function readLog(stored: string | null): Exchange[] {
  try {
    const log: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(log) ? (log as Exchange[]) : [];
  } catch {
    return [];
  }
}

function showHeaders(headers: Headers): Shown {
  return ['content-type', 'date', 'www-authenticate', 'retry-after'].flatMap((name): Shown => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}
