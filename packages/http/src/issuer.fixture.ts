import { createHash, randomBytes } from 'node:crypto';
import {
  applyConfiguration,
  createService,
  type KeyWrapper,
  type Log,
  type Service,
  type Settings,
  type Timer,
} from '@ostiary/service';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import type { ApiId, ApiMetadata, ClientId, ClientMetadata, Digest } from '@ostiary/wire';
import { insertSharedRsaKey } from './signing-key.fixture.ts';
import { createHandler, type Handler } from './handler.ts';
import { aesWrapper } from './key-wrapper.fixture.ts';

/** A clock that stands until it is moved. */
export interface StillClock {
  now(): number;
  offsetMs(): number;
  advance(seconds: number): void;
}

export function stillClock(startMs = Date.UTC(2026, 5, 1, 12)): StillClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    offsetMs: () => nowMs - startMs,
    advance: (seconds) => {
      nowMs += seconds * 1000;
    },
  };
}

export const issuer = 'http://localhost:4000';
export const api = 'https://api.lab.example' as ApiId;
export const callback = 'http://localhost:4001/callback';

/** The Lab's API and clients, and whatever a test changes of them. */
export function labApi(changes: Partial<ApiMetadata> = {}): ApiMetadata {
  return {
    identifier: api,
    name: 'Lab API',
    scopes: { 'read:reports': 'Read your expense reports', eq1: 'Use equipment 1' },
    accessTokenSeconds: 3600,
    accessTokenBrowserSeconds: 3600,
    accessTokenAlg: 'ES256',
    allowOfflineAccess: true,
    ...changes,
  };
}

export function labSpa(changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return {
    client_id: 'lab-spa' as ClientId,
    client_name: 'Lab SPA',
    type: 'spa',
    redirect_uris: [callback],
    post_logout_redirect_uris: ['http://localhost:4001/'],
    allowedOrigins: ['http://localhost:4001'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
    requirePkce: true,
    apis: { [api]: ['read:reports', 'eq1'] },
    refresh: {
      rotation: 'on',
      boundTo: 'session',
      idleSeconds: 1_209_600,
      absoluteSeconds: 7_776_000,
      retrySeconds: 60,
    },
    ...changes,
  };
}

export const webSecret = 'lab-web-secret';

export function labWeb(changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return labSpa({
    client_id: 'lab-web' as ClientId,
    client_name: 'Lab Web',
    type: 'web',
    redirect_uris: ['http://localhost:4002/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    refresh: {
      rotation: 'off',
      boundTo: 'offline',
      idleSeconds: 2_592_000,
      absoluteSeconds: 15_552_000,
      retrySeconds: 60,
    },
    ...changes,
  });
}

export interface IssuerOptions {
  settings?: Partial<Settings>;
  /** File of the store; in memory without one. */
  path?: string;
  /** Opened already, of whatever kind; in place of a file. */
  store?: Service['store'];
  clock?: StillClock;
  /** Default: the time of this process. */
  timer?: Timer;
}

/** An issuer in this process: the real service and store behind the real handler, on a clock that stands still. */
export interface TestIssuer {
  service: Service;
  handler: Handler;
  clock: StillClock;
  /** Lines of the log, as JSON. */
  log: string[];
  request(path: string, init?: RequestInit, address?: string): Promise<Response>;
  /** A new browser, in this process or by the way given. */
  browser(request?: Send): TestBrowser;
  close(): Promise<void>;
}

/** One key for all fixtures, so that a store can be opened again. */
export const fixtureKeyWrapper: KeyWrapper = aesWrapper(Buffer.alloc(32, 7));

export async function openIssuer({
  settings,
  path = ':memory:',
  store: opened,
  clock = stillClock(),
  timer,
}: IssuerOptions = {}): Promise<TestIssuer> {
  const store = opened ?? (await openSqliteStore({ path }));
  await insertSharedRsaKey(store, fixtureKeyWrapper, clock.now());
  const log: string[] = [];
  const service = await createService({
    settings: { ...defaultSettings(), ...settings },
    store,
    clock,
    random: { bytes: (length) => randomBytes(length) },
    keyWrapper: fixtureKeyWrapper,
    log: recordingLog(log),
    ...(timer && { timer }),
  });
  await applyConfiguration(service);
  const handler = createHandler({ service, testClock: clock });
  const base = service.settings.issuer;
  const request = (path: string, init?: RequestInit, address = '127.0.0.1') => {
    const url = path.startsWith('http') ? path : base + path;
    return handler(new Request(url, { redirect: 'manual', ...init }), { address, isTls: false });
  };
  const browser = (send: Send = request) => new TestBrowser(send, base);
  return { service, handler, clock, log, request, browser, close: () => store.close() };
}

function defaultSettings(): Settings {
  const secretHash = createHash('sha256').update(webSecret).digest('base64url') as Digest;
  return {
    issuer,
    session: { idleSeconds: 259_200, absoluteSeconds: 2_592_000 },
    apis: [labApi()],
    clients: [{ metadata: labSpa() }, { metadata: labWeb(), secretHash }],
    users: [
      { username: 'ada@example.com', password: 'ada-demo-password', claims: { name: 'Ada', email: 'ada@example.com' } },
      { username: 'bob@example.com', password: 'bob-demo-password', claims: { name: 'Bob' } },
    ],
    isDevelopment: true,
  };
}

function recordingLog(lines: string[]): Log {
  const record = (level: string) => (event: string, fields?: object) =>
    void lines.push(JSON.stringify({ level, event, ...fields }));
  return { info: record('info'), warn: record('warn'), error: record('error') };
}

export const verifier = 'a-code-verifier-that-is-long-enough-for-rfc-7636';
export const challenge = createHash('sha256').update(verifier).digest('base64url');

/** Parameters of the Lab's authorization request, and whatever a test changes; `undefined` leaves one out. */
export function authorizeParameters(changes: Record<string, string | undefined> = {}): URLSearchParams {
  const all: Record<string, string | undefined> = {
    client_id: 'lab-spa',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline_access eq1',
    state: 'state-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Sends a request to a path or address of the issuer, without following redirects. */
type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** A browser without script: keeps cookies, follows redirects within the issuer, fills forms. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #request: Send;
  readonly #issuer: string;

  constructor(request: Send, home = issuer) {
    this.#request = request;
    this.#issuer = home;
  }

  /** Goes to an address and follows redirects until a page is shown or the browser would leave the issuer. */
  async open(path: string, init: RequestInit = {}): Promise<Page> {
    let response = await this.#send(path, init);
    for (let hops = 0; hops < 8; hops += 1) {
      const location = response.headers.get('location');
      if (location === null || !(location.startsWith('/') || location.startsWith(this.#issuer)))
        return this.#page(response);
      response = await this.#send(location);
    }
    throw new Error('too many redirects');
  }

  /** Posts a page's form with its hidden fields and these. */
  async submit(page: Page, fields: Record<string, string>, hidden = page.hidden): Promise<Page> {
    const body = new URLSearchParams({ ...hidden, ...fields });
    return this.open(page.action, { method: 'POST', body });
  }

  /** The whole way of a person: sign in and allow; the answer's parameters at the client. */
  async authorize(changes: Record<string, string | undefined> = {}, who = 'ada'): Promise<URLSearchParams> {
    const page = await this.follow(`/authorize?${authorizeParameters(changes).toString()}`, who);
    if (page.leftTo === undefined) throw new Error(`still at the issuer (${page.status}): ${page.html.slice(0, 2000)}`);
    return new URL(page.leftTo).searchParams;
  }

  /** Opens an authorization request; signs in and allows where that is asked for. */
  async follow(url: string, who = 'ada'): Promise<Page> {
    let page = await this.open(url);
    if (page.html.includes('name="password"')) {
      page = await this.submit(page, { username: `${who}@example.com`, password: `${who}-demo-password` });
    }
    return page.html.includes('name="decision"') ? this.submit(page, { decision: 'allow' }) : page;
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    if (!headers.has('user-agent')) headers.set('user-agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0');
    const response = await this.#request(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1);
    if (value === '' || /Max-Age=0/.test(line)) this.cookies.delete(pair.slice(0, equals));
    else this.cookies.set(pair.slice(0, equals), value);
  }

  async #page(response: Response): Promise<Page> {
    const html = await response.text();
    const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(html);
    const hidden: Record<string, string> = {};
    for (const [tag] of (form?.[2] ?? '').matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      if (name !== undefined) hidden[name] = unescapeHtml(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
    }
    const leftTo = response.headers.get('location') ?? undefined;
    return {
      status: response.status,
      headers: response.headers,
      html,
      leftTo,
      action: unescapeHtml(form?.[1] ?? ''),
      hidden,
    };
  }
}

/** Where a browser came to a stop. */
export interface Page {
  status: number;
  headers: Headers;
  html: string;
  /** Where it would go outside the issuer. */
  leftTo: string | undefined;
  /** Of the first form: its address and its hidden fields. */
  action: string;
  hidden: Record<string, string>;
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => named[name] ?? '');
}

/** Posts a form to the token endpoint as the SPA, or with the fields given. */
export async function postToken(
  { request }: Pick<TestIssuer, 'request'>,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await request('/token', { method: 'POST', body: new URLSearchParams(fields), headers });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

/** Redeems a code as the SPA. */
export function redeem(
  issuerUnderTest: Pick<TestIssuer, 'request'>,
  code: string,
  changes: Record<string, string> = {},
) {
  return postToken(issuerUnderTest, {
    client_id: 'lab-spa',
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    ...changes,
  });
}

/** Refreshes as the SPA. */
export function refresh(
  issuerUnderTest: Pick<TestIssuer, 'request'>,
  token: unknown,
  changes: Record<string, string> = {},
) {
  return postToken(issuerUnderTest, {
    client_id: 'lab-spa',
    grant_type: 'refresh_token',
    refresh_token: String(token),
    ...changes,
  });
}

/** Header of a confidential client. */
export function basic(id = 'lab-web', secret = webSecret): { authorization: string } {
  return {
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  };
}
