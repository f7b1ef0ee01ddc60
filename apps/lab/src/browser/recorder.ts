import { addExchange, noteFact, showBody, showPairs, showUrl } from './exchange-log.ts';
import type { Exchange, Fact, Outcome, Purpose, Shown } from './exchange-log.ts';

export interface Sending {
  purpose: Purpose;
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Record<string, string>;
  json?: unknown;
  /** Throws the answer away before the caller sees it, as a broken line would. */
  losesAnswer?: boolean;
}

export type Received =
  | { kind: 'answer'; number: number; status: number; bodyText: string }
  /** Nothing came, or it was lost on the way; `lostBody` is what the wire tap saw and the app did not. */
  | { kind: 'no-answer'; number: number; reason: string; lostBody?: string };

export interface Recorder {
  log(): Exchange[];
  send(sending: Sending): Promise<Received>;
  /** The browser itself goes somewhere, or came back. Returns the number of the exchange. */
  navigated(purpose: Purpose, url: URL): number;
  note(number: number, fact: Fact): void;
  clear(): void;
}

interface RecorderPorts {
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  fetch: typeof fetch;
  nowMs: () => number;
  onChange: () => void;
}

const KEY = 'lab.exchanges';

/** `fetch` with a memory: every request and answer of the page, its secrets shortened, across redirects. */
export function createRecorder({ storage, fetch, nowMs, onChange }: RecorderPorts): Recorder {
  let log = readLog(storage.getItem(KEY));

  function keep(next: Exchange[]): void {
    log = next;
    storage.setItem(KEY, JSON.stringify(log));
    onChange();
  }

  function add(sending: Pick<Sending, 'purpose' | 'method'>, shown: ShownRequest, outcome: Outcome): number {
    const { purpose, method } = sending;
    keep(addExchange(log, { atMs: nowMs(), purpose, method, ...shown, outcome }));
    return log.at(-1)?.number ?? 0;
  }

  return {
    log: () => log,
    note: (number, fact) => keep(noteFact(log, number, fact)),
    clear: () => keep([]),
    navigated: (purpose, url) =>
      add({ purpose, method: 'GET' }, { ...showUrl(url), headers: [] }, { kind: 'navigated' }),
    async send(sending) {
      const shown = showRequest(sending);
      try {
        const response = await fetch(sending.url, requestInit(sending));
        const bodyText = await response.text();
        const answer = { status: response.status, headers: showHeaders(response.headers), body: showBody(bodyText) };
        if (sending.losesAnswer) {
          const number = add(sending, shown, { kind: 'lost', ...answer });
          return { kind: 'no-answer', number, reason: 'the answer was lost', lostBody: bodyText };
        }
        const number = add(sending, shown, { kind: 'answer', ...answer });
        return { kind: 'answer', number, status: response.status, bodyText };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { kind: 'no-answer', number: add(sending, shown, { kind: 'failed', message: reason }), reason };
      }
    },
  };
}

interface ShownRequest {
  url: string;
  headers: Shown;
  fields: Shown;
}

function readLog(stored: string | null): Exchange[] {
  try {
    const log: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(log) ? (log as Exchange[]) : [];
  } catch {
    return [];
  }
}

function showRequest({ url, headers = {}, form = {}, json }: Sending): ShownRequest {
  const shown = showUrl(new URL(url));
  const body: Shown = json === undefined ? showPairs(Object.entries(form)) : [['(JSON)', JSON.stringify(json)]];
  return { url: shown.url, headers: showPairs(Object.entries(headers)), fields: [...shown.fields, ...body] };
}

function requestInit({ method, headers = {}, form, json }: Sending): RequestInit {
  if (json !== undefined) {
    return { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) };
  }
  // fetch names the content type of a URLSearchParams body by itself.
  return form === undefined ? { method, headers } : { method, headers, body: new URLSearchParams(form) };
}

function showHeaders(headers: Headers): Shown {
  return ['content-type', 'www-authenticate', 'retry-after'].flatMap((name): Shown => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}
