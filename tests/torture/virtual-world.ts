import { createClient } from '@ostiary/browser';
import type { Client, ClientOptions } from '@ostiary/browser';
import { VirtualBrowser } from '@ostiary/browser/fixture';
import type { Fault, VirtualTab } from '@ostiary/browser/fixture';
import { labApi, labSpa, openIssuer, type TestBrowser, type TestIssuer } from '@ostiary/http/fixture';
import { FamilyTree } from './family-tree.ts';

export const hourMs = 3_600_000;
const appUrl = 'https://app.example/';
const redirectUri = `${appUrl}callback`;

export type StorageName = 'memory' | 'session' | 'local';

export interface HouseOptions {
  /** Life of access tokens. Default: an hour. */
  accessSeconds?: number;
  idleSeconds?: number;
  absoluteSeconds?: number;
  retrySeconds?: number;
  rotation?: 'on' | 'off';
}

/** The real server in this process, on the clock of whatever virtual browser was opened last. */
export interface House {
  issuer: TestIssuer;
  /** A browser and the person in front of it; the clock goes on from where the one before left it. */
  open(seed?: number): World;
  close(): Promise<void>;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const { accessSeconds = 3600, idleSeconds = 1_209_600, absoluteSeconds = 7_776_000, retrySeconds = 60 } = options;
  const { rotation = 'on' } = options;
  const startMs = Date.UTC(2026, 5, 1, 12);
  let browser: VirtualBrowser | undefined;
  const clock = {
    now: () => Math.floor(browser?.nowMs ?? startMs),
    offsetMs: () => clock.now() - startMs,
    advance: (seconds: number) => {
      if (browser) browser.nowMs += seconds * 1000;
    },
  };
  const refresh = { rotation, boundTo: 'session', idleSeconds, absoluteSeconds, retrySeconds } as const;
  const spa = labSpa({ redirect_uris: [redirectUri], allowedOrigins: [new URL(appUrl).origin], refresh });
  const issuer = await openIssuer({
    clock,
    settings: {
      apis: [labApi({ accessTokenSeconds: accessSeconds, accessTokenBrowserSeconds: accessSeconds })],
      clients: [{ metadata: spa }],
    },
  });
  let opened = 0;
  return {
    issuer,
    open(seed = 1) {
      opened += 1;
      const world = new World(issuer, { seed, nowMs: clock.now() + hourMs, address: addressOf(opened) });
      browser = world.browser;
      return world;
    },
    close: () => issuer.close(),
  };
}

/** An address for each browser: sign-ins are limited per address. */
function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** One virtual browser against the server, and what is known of every token that was given out. */
export class World {
  readonly browser: VirtualBrowser;
  readonly families = new FamilyTree();
  readonly #issuer: TestIssuer;
  /** The person's browser at the provider: its pages and cookies. */
  readonly #person: TestBrowser;

  constructor(issuer: TestIssuer, { seed, nowMs, address }: { seed: number; nowMs: number; address: string }) {
    this.#issuer = issuer;
    const send = (path: string, init?: RequestInit) => issuer.request(path, init, address);
    this.#person = issuer.browser(send);
    this.browser = new VirtualBrowser({
      seed,
      nowMs,
      server: async (request) => {
        const form = new URLSearchParams(request.method === 'POST' ? await request.clone().text() : '');
        const response = await issuer.handler(request, { address, isTls: false });
        // In a network the host dates its answers.
        response.headers.set('date', new Date(this.browser.nowMs).toUTCString());
        await this.families.record(form, response.clone());
        return response;
      },
    });
  }

  /** The app in a tab, as its page has just been loaded. */
  load(tab: VirtualTab, options: Partial<ClientOptions> = {}): Client {
    const { issuer } = this.#issuer.service.settings;
    const always = { issuer, clientId: 'lab-spa', redirectUri, scriptsMayTakeRefreshTokens: true };
    const more = { scope: 'openid offline_access eq1', storage: 'local' as const, ...options };
    return createClient({ ...always, ...more }, tab.environment());
  }

  /** To the provider and back in that tab, as a page that is loaded anew. */
  async signIn(tab: VirtualTab, options: Partial<ClientOptions> = {}, who = 'ada'): Promise<Client> {
    await this.leave(tab, options, who);
    const client = this.load(tab, options);
    await client.handleCallback();
    return client;
  }

  /** To the provider and back: the answer stands in the tab's address. */
  async leave(tab: VirtualTab, options: Partial<ClientOptions> = {}, who = 'ada'): Promise<void> {
    const before = this.load(tab, options);
    await before.signIn();
    before.close();
    await this.comeBack(tab, who);
  }

  /** Follows where the tab was sent last, as that person, and brings it back with the provider's answer. */
  async comeBack(tab: VirtualTab, who = 'ada'): Promise<void> {
    const { leftTo } = await this.#person.follow(tab.visited.at(-1) ?? '', who);
    tab.href = leftTo ?? '';
  }

  /** Signs the person out at the provider, by its own page. */
  async leaveProvider(): Promise<void> {
    const page = await this.#person.open('/end-session');
    await this.#person.submit(page, { decision: 'sign_out' });
  }

  /** Lets time pass until the work is done. */
  async through<Result>(work: Promise<Result>, withinMs = 120_000): Promise<Result> {
    let isDone = false;
    const marked = work.finally(() => (isDone = true));
    marked.catch(() => {});
    for (let waitedMs = 0; !isDone && waitedMs < withinMs; waitedMs += 250) await this.browser.advance(250);
    if (!isDone) throw new Error(`still at work after ${withinMs} ms`);
    return marked;
  }

  /** Does this to the next token requests, in order; then the network is well again. */
  faultNext(...faults: (Fault | undefined)[]): void {
    this.browser.fault = (request) => (request.url.endsWith('/token') ? faults.shift() : undefined);
  }

  /** Token requests so far. */
  tokenRequests(): number {
    return this.browser.requests.filter(({ url }) => url.endsWith('/token')).length;
  }
}
