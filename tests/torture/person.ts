import assert from 'node:assert/strict';
import type { Client, ClientOptions } from '@ostiary/browser';
import type { Fault, VirtualTab } from '@ostiary/browser/fixture';
import fc from 'fast-check';
import { hourMs, type StorageName, type World } from './virtual-world.ts';

const faultKinds: Record<string, Fault> = {
  refuse: { kind: 'refuse' },
  dropAnswer: { kind: 'dropAnswer' },
  hang: { kind: 'hang' },
  slow: { kind: 'delay', ms: 5_000 },
  tooSlow: { kind: 'delay', ms: 40_000 },
  busy: { kind: 'answer', response: () => new Response('busy', { status: 503 }) },
  tooMany: { kind: 'answer', response: () => new Response('{}', { status: 429, headers: { 'retry-after': '20' } }) },
  html: { kind: 'answer', response: () => new Response('<p>Welcome') },
  truncated: {
    kind: 'change',
    change: async (response) => new Response((await response.text()).slice(0, 90), response),
  },
};

const tab = fc.nat({ max: 4 });
/** Something that happens to somebody's tabs. */
export const step = fc.oneof(
  fc.record({ do: fc.constant('advance' as const), minutes: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ do: fc.constant('sleep' as const), hours: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    do: fc.constant('faults' as const),
    kinds: fc.array(fc.constantFrom(...Object.keys(faultKinds)), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ do: fc.constantFrom('ask', 'askAll', 'openTab', 'kill', 'freeze', 'reload', 'signOut'), tab }),
  fc.record({ do: fc.constantFrom('thaw', 'offline', 'online') }),
  fc.record({ do: fc.constant('clock' as const), wrongMs: fc.integer({ min: -2 * hourMs, max: 2 * hourMs }) }),
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** In peace: token requests of one tab in one lifetime of its access token. */
const mostPerLifetime = 2;

interface Open {
  tab: VirtualTab;
  client: Client;
}

/** Somebody with several tabs, whose session must stand. */
export class Person {
  readonly #world: World;
  readonly #options: Partial<ClientOptions>;
  readonly #storage: StorageName;
  #open: Open[] = [];
  #signOuts = 0;

  constructor(world: World, storage: StorageName) {
    this.#world = world;
    this.#storage = storage;
    this.#options = { storage };
  }

  async begin(tabs: number): Promise<void> {
    const first = this.#world.browser.openTab();
    this.#open = [{ tab: first, client: await this.#world.signIn(first, this.#options) }];
    while (this.#open.length < tabs) await this.#openTab(0);
  }

  async take(step: Step): Promise<void> {
    const { browser } = this.#world;
    const at = 'tab' in step ? step.tab % this.#open.length : 0;
    switch (step.do) {
      case 'advance':
        return browser.advance(step.minutes * 60_000);
      case 'sleep':
        return browser.sleep(step.hours * hourMs);
      case 'faults':
        return this.#world.faultNext(...step.kinds.map((kind) => faultKinds[kind]));
      case 'ask':
        return this.#ask(this.#open[at]);
      case 'askAll':
        for (const each of this.#open) void this.#ask(each);
        return browser.advance(1_000);
      case 'openTab':
        return this.#openTab(at);
      case 'kill':
        return this.#kill(at);
      case 'freeze':
        // A copy whose newer self stands still or is gone cannot be told: the documented limit of session storage.
        if (this.#storage !== 'session' || !this.#isAnyFrozen()) this.#open[at]?.tab.freeze();
        return;
      case 'reload':
        return this.#reload(at);
      case 'signOut':
        return this.#signOut(at);
      case 'thaw':
        for (const each of this.#open) await each.tab.thaw();
        return;
      case 'offline':
      case 'online':
        browser.isOnline = step.do === 'online';
        for (const each of this.#open) each.tab.wake();
        return browser.advance(1_000);
      case 'clock':
        browser.wallErrorMs = step.wrongMs;
    }
  }

  /** Everything is well again: every tab gets a token, no family has forked, and peace is quiet. */
  async settle(): Promise<void> {
    const { browser, families } = this.#world;
    await this.#peace();
    for (const { client } of this.#open) {
      assert.ok(client.isSignedIn, JSON.stringify(client.state));
      await this.#world.through(client.getAccessToken());
    }
    const before = this.#world.tokenRequests();
    await browser.advance(3 * hourMs);
    const requests = this.#world.tokenRequests() - before;
    const sessions = this.#storage === 'memory' ? this.#open.length : 1;
    assert.ok(requests <= 4 * mostPerLifetime * sessions, `${requests} requests of ${sessions} in three hours`);
    assert.deepEqual(families.forks(), [], 'one successor for each parent');
    assert.ok(
      families.leaves().every((count) => count === 1),
      'no two live ends',
    );
    assert.ok(!families.refusals.includes('reuse_detected'), families.refusals.join());
    for (const { client } of this.#open) client.close();
  }

  async #peace(): Promise<void> {
    const { browser } = this.#world;
    browser.fault = () => undefined;
    browser.isOnline = true;
    for (const each of this.#open) await each.tab.thaw();
    for (const each of this.#open) each.tab.wake();
    await browser.advance(120_000);
  }

  /** May be told to try later; what else may come is checked at the end. */
  async #ask(open: Open | undefined): Promise<void> {
    if (open === undefined || open.tab.isFrozen) return;
    const signOuts = this.#signOuts;
    const asked = open.client.getAccessToken().catch((fault: unknown) => {
      const isOver = signOuts !== this.#signOuts && /sign_in_required/.test(JSON.stringify(fault));
      if (!isOver) assert.match(JSON.stringify(fault), /try_later/);
    });
    await Promise.race([this.#world.through(asked).catch(() => undefined), asked]);
  }

  async #openTab(from: number): Promise<void> {
    const source = this.#open[from]?.tab;
    if (this.#open.length === 5 || source === undefined || source.isFrozen) return;
    const tab = this.#world.browser.openTab(this.#storage === 'session' ? { copyOf: source } : {});
    const client = this.#storage === 'memory' ? await this.#signIn(tab) : this.#world.load(tab, this.#options);
    this.#open.push({ tab, client });
  }

  #kill(at: number): void {
    if (this.#open.length === 1 || (this.#storage === 'session' && this.#isAnyFrozen())) return;
    this.#open.splice(at, 1)[0]?.tab.close();
  }

  async #reload(at: number): Promise<void> {
    const open = this.#open[at];
    if (open === undefined || open.tab.isFrozen || (this.#storage === 'session' && this.#isAnyFrozen())) return;
    const tab = this.#world.browser.openTab({ copyOf: open.tab });
    open.tab.close();
    const client = this.#storage === 'memory' ? await this.#signIn(tab) : this.#world.load(tab, this.#options);
    this.#open[at] = { tab, client };
  }

  async #signIn(tab: VirtualTab): Promise<Client> {
    const { browser } = this.#world;
    const { fault, isOnline } = browser;
    browser.fault = () => undefined;
    browser.isOnline = true;
    const client = await this.#world.signIn(tab, this.#options);
    Object.assign(browser, { fault, isOnline });
    return client;
  }

  async #signOut(at: number): Promise<void> {
    const { browser } = this.#world;
    const leaving = this.#open[at];
    if (leaving === undefined || leaving.tab.isFrozen) return;
    this.#signOuts += 1;
    void leaving.client.signOut({ atProvider: false });
    await browser.advance(1_000);
    for (const { client, tab } of this.#open) assert.ok(tab.isFrozen || !client.isSignedIn, 'within a second');
    for (const { tab } of this.#open) await tab.thaw();
    await browser.advance(hourMs);
    for (const { client } of this.#open) assert.ok(!client.isSignedIn, 'nothing comes back');
    for (const { tab, client } of this.#open.splice(0)) {
      client.close();
      tab.close();
    }
    const tab = browser.openTab();
    this.#open = [{ tab, client: await this.#signIn(tab) }];
  }

  #isAnyFrozen(): boolean {
    return this.#open.some(({ tab }) => tab.isFrozen);
  }
}
