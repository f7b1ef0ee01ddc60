import type { Browser, BrowserContext, Page } from 'playwright-core';
import { RealHouse, type RealFault, type ServerKind } from './real-house.ts';
import type { App, Library } from './libraries.ts';

declare const app: App;
declare global {
  interface Window {
    isReady?: boolean;
  }
}

/** `ok`; a call failed and a later one works; the session is gone though the server has it; the server ended the family. */
export type Outcome = 'ok' | 'asks again' | 'LOST' | 'family ended' | 'comes back' | 'mixes users' | 'loops' | '-';

const hourMs = 3_600_000;
const callWithinMs = 45_000;
const worksAgainWithinMs = 4_000;

/** One library in a fresh browser profile, with a server of its own. */
export class Stage {
  readonly library: Library;
  readonly house: RealHouse;
  readonly context: BrowserContext;
  readonly #home: string;
  /** A call has failed meanwhile. */
  hasFailed = false;

  private constructor(library: Library, house: RealHouse, context: BrowserContext, home: string) {
    this.library = library;
    this.house = house;
    this.context = context;
    this.#home = home;
  }

  static async open(options: {
    chromium: Browser;
    library: Library;
    origin: string;
    path: string;
    server: ServerKind;
    accessSeconds?: number;
  }): Promise<Stage> {
    const { chromium, library, origin, path, server, accessSeconds } = options;
    const house = await RealHouse.open([origin + path], server, accessSeconds);
    const context = await chromium.newContext({ ignoreHTTPSErrors: true });
    await context.addInitScript(`window.issuer = ${JSON.stringify(house.issuer)}; (${wrongClock.toString()})();`);
    return new Stage(library, house, context, origin + path);
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.house.close();
  }

  /** A tab with the app, ready. */
  async openTab(): Promise<Page> {
    const page = await this.context.newPage();
    await this.load(page);
    return page;
  }

  async load(page: Page): Promise<void> {
    await page.goto(this.#home);
    await ready(page);
  }

  async signIn(page: Page): Promise<void> {
    await page.evaluate(() => void app.signIn());
    await page
      .waitForURL((url) => url.href.startsWith(this.#home) && url.search !== '', { waitUntil: 'commit' })
      .catch(() => {});
    await page.waitForFunction(() => window.isReady === true && !location.search.includes('code='));
  }

  /** A tab that is signed in, and others beside it. */
  async tabs(count: number): Promise<[Page, Page, ...Page[]]> {
    const first = await this.openTab();
    await this.signIn(first);
    const rest = await Promise.all(Array.from({ length: count - 1 }, () => this.openTab()));
    return [first, ...rest] as [Page, Page, ...Page[]];
  }

  /** Time goes on for the server and for the clocks of all tabs; no timer runs, as in sleep. */
  async pass(hours: number): Promise<void> {
    this.house.aheadMs += hours * hourMs;
    await this.setClock(this.house.aheadMs);
  }

  /** What the wall clocks of the tabs are ahead by. */
  async setClock(aheadMs: number): Promise<void> {
    await this.context.addCookies([{ name: 'ahead', value: String(aheadMs), url: new URL(this.#home).origin }]);
  }

  faultNext(...faults: RealFault[]): void {
    this.house.faults.push(...faults);
  }

  /** Asks for a token; `undefined`, and remembered, when the call fails. */
  async ask(page: Page): Promise<string | undefined> {
    const asked = page.evaluate(() => app.getToken()).catch(() => undefined);
    let token: string | undefined;
    let isDone = false;
    void asked.then((given) => {
      token = given;
      isDone = true;
    });
    await until(() => isDone, callWithinMs);
    if (token === undefined || !isLiving(token, Date.now() + this.house.aheadMs)) this.hasFailed = true;
    return token;
  }

  /** What became of the session in these tabs, when everything is well again. */
  async outcome(...pages: Page[]): Promise<Outcome> {
    this.house.faults.length = 0;
    for (const page of pages) {
      const hadFailed = this.hasFailed;
      const untilMs = Date.now() + worksAgainWithinMs;
      do {
        this.hasFailed = false;
        await this.ask(page);
        await until(() => !this.hasFailed, 300);
      } while (this.hasFailed && Date.now() < untilMs);
      if (this.hasFailed) return this.house.families.refusals.includes('reuse_detected') ? 'family ended' : 'LOST';
      this.hasFailed = hadFailed;
    }
    return this.hasFailed ? 'asks again' : 'ok';
  }
}

/** Polls until that is so, or so much time has passed. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const untilMs = Date.now() + withinMs;
  while (!(await isSo()) && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20));
}

export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => window.isReady === true);
}

function isLiving(token: string, nowMs: number): boolean {
  const [, claims = ''] = token.split('.');
  const { exp = 0 } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: number };
  return exp * 1000 > nowMs;
}

/** Runs in every page: its wall clock is ahead by what a cookie says. */
function wrongClock(): void {
  const RealDate = Date;
  const now = () => RealDate.now() + Number(/ahead=(-?\d+)/.exec(document.cookie)?.[1] ?? 0);
  const wrong = function (...parts: unknown[]) {
    return Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, new.target ?? RealDate) as Date;
  };
  globalThis.Date = Object.assign(wrong, {
    now,
    parse: RealDate.parse,
    UTC: RealDate.UTC,
  }) as unknown as DateConstructor;
  Object.defineProperty(wrong, 'prototype', { value: RealDate.prototype });
}
