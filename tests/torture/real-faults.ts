import type { Page } from 'playwright-core';
import type { RealFaultName } from './faults.ts';
import type { App } from './libraries.ts';
import type { RealFault } from './real-house.ts';
import { ready, until, type Outcome, type Stage } from './stage.ts';

declare const app: App;

interface Row {
  /** Each tab keeps its own copy, as session storage does. */
  isApart?: true;
  accessSeconds?: number;
  run: (stage: Stage) => Promise<Outcome>;
}

const page503: RealFault = { kind: 'answer', status: 503, body: '<p>busy' };
const json = { 'content-type': 'application/json' };
const busyJson: RealFault = { kind: 'answer', status: 503, body: '{"error":"temporarily_unavailable"}', headers: json };
const tooMany: RealFault = { ...busyJson, status: 429, headers: { ...json, 'retry-after': '2' } };
const html: RealFault = { kind: 'answer', status: 200, body: '<!doctype html><p>Welcome to the airport' };

/** What each fault does to a real browser. */
export const realFaults: Record<RealFaultName, Row> = {
  callers: {
    run: async (stage) => {
      const [page] = await stage.tabs(1);
      await stage.pass(2);
      await Promise.all([stage.ask(page), stage.ask(page), stage.ask(page)]);
      return stage.outcome(page);
    },
  },
  tabs: {
    run: async (stage) => {
      const pages = await stage.tabs(10);
      await stage.pass(2);
      await Promise.all(pages.map((page) => stage.ask(page)));
      return stage.outcome(...pages);
    },
  },
  networkError: { run: (stage) => askedThrough(stage, { kind: 'refuse' }) },
  busy: { run: (stage) => askedThrough(stage, page503) },
  busyJson: { run: (stage) => askedThrough(stage, busyJson) },
  tooMany: { run: (stage) => askedThrough(stage, tooMany) },
  lostAnswer: { run: (stage) => askedThrough(stage, { kind: 'dropAnswer' }) },
  lostAnswerAndPage: {
    run: async (stage) => {
      const [page] = await stage.tabs(1);
      await stage.pass(2);
      stage.faultNext(...Array.from({ length: 9 }, () => ({ kind: 'dropAnswer' }) as const));
      await stage.ask(page);
      await page.close();
      stage.house.faults.length = 0;
      await stage.pass(2);
      return stage.outcome(await stage.openTab());
    },
  },
  slowAnswer: { run: (stage) => askedThrough(stage, { kind: 'delay', ms: 17_000 }) },
  html: { run: (stage) => askedThrough(stage, html) },
  truncated: {
    run: (stage) => askedThrough(stage, { kind: 'change', change: (body) => body.slice(0, body.length / 2) }),
  },
  noExpiresIn: { run: (stage) => askedThrough(stage, changed({ expires_in: undefined })) },
  narrowerScope: { run: (stage) => askedThrough(stage, changed({ scope: 'openid' })) },
  killedWithLock: {
    run: async (stage) => {
      const [first, second] = await stage.tabs(2);
      await stage.pass(2);
      await beginRenewal(stage, first);
      await first.close();
      await stage.ask(second);
      return stage.outcome(second);
    },
  },
  frozenWithLock: {
    run: async (stage) => {
      const [first, second] = await stage.tabs(2);
      await stage.pass(2);
      await beginRenewal(stage, first);
      await setFrozen(first, true);
      await stage.ask(second);
      await stage.pass(2);
      await stage.ask(second);
      await setFrozen(first, false);
      return stage.outcome(first, second);
    },
  },
  noLocks: {
    run: async (stage) => {
      await stage.context.addInitScript(() =>
        Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined }),
      );
      return raced(stage);
    },
  },
  locksThrow: {
    run: async (stage) => {
      await stage.context.addInitScript(() => {
        LockManager.prototype.request = () => Promise.reject(new DOMException('not here', 'SecurityError'));
      });
      return raced(stage);
    },
  },
  quota: {
    run: async (stage) => {
      const [page] = await stage.tabs(1);
      await page.evaluate(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
      });
      for (let round = 0; round < 3; round += 1) {
        await stage.pass(2);
        await stage.ask(page);
      }
      return stage.outcome(page);
    },
  },
  sleep: {
    run: async (stage) => {
      const pages = await stage.tabs(2);
      await stage.pass(72);
      return stage.outcome(...pages);
    },
  },
  clockAhead: { run: (stage) => withClock(stage, 3_600_000) },
  clockBehind: { run: (stage) => withClock(stage, -3_600_000) },
  clockJumps: {
    run: async (stage) => {
      const [page] = await stage.tabs(1);
      await stage.pass(2);
      const answered = page.waitForResponse(/\/token$/).catch(() => undefined);
      await beginRenewal(stage, page);
      await stage.setClock(stage.house.aheadMs - 7_200_000);
      await answered;
      await stage.ask(page);
      stage.house.aheadMs += 2 * 3_600_000;
      await stage.setClock(stage.house.aheadMs - 7_200_000);
      return stage.outcome(page);
    },
  },
  backForwardCache: {
    run: async (stage) => {
      const [first, second] = await stage.tabs(2);
      await first.goto('about:blank');
      await stage.pass(2);
      await stage.ask(second);
      await stage.pass(2);
      await stage.ask(second);
      await first.goBack();
      await ready(first);
      return stage.outcome(first, second);
    },
  },
  signOutDuringRenewal: {
    run: async (stage) => {
      const [first, second] = await stage.tabs(2);
      await stage.pass(2);
      const answered = second.waitForResponse(/\/token$/).catch(() => undefined);
      await beginRenewal(stage, second);
      await first.evaluate(() => app.signOut());
      await answered;
      await second.evaluate(() => new Promise((resolve) => setTimeout(resolve, 90)));
      const states = await Promise.all([first, second].map((page) => page.evaluate(() => app.isSignedIn())));
      return states.includes(true) ? 'comes back' : 'ok';
    },
  },
  otherUser: {
    run: async (stage) => {
      const [first, second] = await stage.tabs(2);
      stage.house.who = 'bob';
      await stage.signIn(second);
      const ada = await first.evaluate(() => app.subject());
      await until(async () => (await first.evaluate(() => app.subject())) !== ada, 1_000);
      // Whose token is it, and whose name does the page show?
      const token = await stage.ask(first);
      const { sub } = JSON.parse(Buffer.from(token?.split('.')[1] ?? 'e30', 'base64url').toString()) as {
        sub?: string;
      };
      const shown = await first.evaluate(() => app.subject());
      return token !== undefined && sub !== shown ? 'mixes users' : stage.outcome(second);
    },
  },
  duplicate: {
    isApart: true,
    run: async (stage) => {
      const [first] = await stage.tabs(1);
      const second = await duplicate(stage, first);
      await stage.pass(2);
      await Promise.all([stage.ask(first), stage.ask(second)]);
      await stage.pass(2);
      await stage.ask(first);
      await stage.ask(second);
      return stage.outcome(first, second);
    },
  },
  frozenDuplicate: {
    isApart: true,
    run: async (stage) => {
      const [first] = await stage.tabs(1);
      const second = await duplicate(stage, first);
      await setFrozen(second, true);
      for (let round = 0; round < 2; round += 1) {
        await stage.pass(2);
        await stage.ask(first);
      }
      await setFrozen(second, false);
      await stage.ask(second);
      return stage.outcome(first, second);
    },
  },
  offline: {
    run: async (stage) => {
      const [page] = await stage.tabs(1);
      await stage.pass(2);
      await stage.context.setOffline(true);
      await stage.ask(page);
      await stage.context.setOffline(false);
      return stage.outcome(page);
    },
  },
  shortLife: {
    accessSeconds: 5,
    run: async (stage) => {
      const pages = await stage.tabs(2);
      const before = stage.house.tokenRequests.length;
      const loops = () => stage.house.tokenRequests.length - before > 12;
      await until(loops, 6_000);
      return loops() ? 'loops' : stage.outcome(...pages);
    },
  },
};

async function askedThrough(stage: Stage, ...faults: RealFault[]): Promise<Outcome> {
  const [page] = await stage.tabs(1);
  await stage.pass(2);
  stage.faultNext(...faults);
  await stage.ask(page);
  return stage.outcome(page);
}

function changed(fields: object): RealFault {
  return { kind: 'change', change: (body) => JSON.stringify({ ...JSON.parse(body), ...fields }) };
}

/** The server has acted; its answer is on the way. */
async function beginRenewal(stage: Stage, page: Page): Promise<void> {
  const before = stage.house.tokenRequests.length;
  stage.faultNext({ kind: 'delay', ms: 2_000 });
  await page.evaluate(() => void app.getToken().catch(() => {}));
  await until(() => stage.house.tokenRequests.length > before, 5_000);
}

async function raced(stage: Stage): Promise<Outcome> {
  const pages = await stage.tabs(3);
  await stage.pass(2);
  await Promise.all(pages.map((page) => stage.ask(page)));
  await stage.pass(2);
  return stage.outcome(...pages);
}

async function withClock(stage: Stage, wrongMs: number): Promise<Outcome> {
  await stage.setClock(wrongMs);
  const [page] = await stage.tabs(1);
  await stage.ask(page);
  stage.house.aheadMs += 2 * 3_600_000;
  await stage.setClock(stage.house.aheadMs + wrongMs);
  return stage.outcome(page);
}

/** A tab that the page opens gets a copy of its session storage, as a duplicated tab does. */
async function duplicate(stage: Stage, page: Page): Promise<Page> {
  const [copy] = await Promise.all([
    stage.context.waitForEvent('page'),
    page.evaluate(() => void window.open(location.href)),
  ]);
  await ready(copy);
  return copy;
}

async function setFrozen(page: Page, isFrozen: boolean): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
  await cdp.detach();
}
