import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { openTabs, passing } from './tabs.ts';
import type { Tabs } from './tabs.ts';
import { VirtualBrowser } from './virtual-browser.fixture.ts';
import type { VirtualTab } from './virtual-browser.fixture.ts';

let browser: VirtualBrowser;
beforeEach(() => {
  browser = new VirtualBrowser({ server: async () => new Response() });
});

function open(count: number): { tab: VirtualTab; tabs: Tabs }[] {
  return Array.from({ length: count }, () => {
    const tab = browser.openTab();
    return { tab, tabs: openTabs(tab.environment(), 'test', () => {}) };
  });
}

/** How many of them work at the same time at most, when all begin at once. */
async function mostAtOnce(all: { tab: VirtualTab; tabs: Tabs }[]): Promise<number> {
  let [now, most] = [0, 0];
  for (const { tab, tabs } of all) {
    const work = async () => {
      most = Math.max(most, (now += 1));
      await passing(tab.environment(), 2_000);
      now -= 1;
    };
    void tabs.alone(work);
  }
  await browser.advance(30_000);
  assert.equal(now, 0, 'everybody had a turn');
  return most;
}

describe('one tab at a time', () => {
  it('by Web Locks', async () => assert.equal(await mostAtOnce(open(4)), 1));

  it('by a note in local storage where there are none', async () => {
    browser.hasLocks = false;
    assert.equal(await mostAtOnce(open(4)), 1);
  });

  it('by that note also where locks are refused', async () => {
    browser.refusesLocks = true;
    assert.equal(await mostAtOnce(open(4)), 1);
  });

  for (const hasLocks of [true, false])
    it(`but does not wait for ever for a frozen one ${hasLocks ? 'that holds the lock' : 'without locks'}`, async () => {
      browser.hasLocks = hasLocks;
      const [first, second] = open(2);
      void first?.tabs.alone(() => new Promise(() => {}));
      await browser.advance(1_000);
      first?.tab.freeze();
      let hasRun = false;
      void second?.tabs.alone(async () => (hasRun = true));
      await browser.advance(21_000);
      assert.ok(hasRun);
    });
});

it('a sign-in takes back the mark of the sign-out before it', () => {
  const [first] = open(1);
  first?.tabs.tell({ kind: 'signedOut' });
  assert.equal(first?.tabs.signedOutAtMs(), browser.nowMs);
  first?.tabs.tell({ kind: 'signedIn', id: 'another', sub: 'ada' });
  assert.equal(first?.tabs.signedOutAtMs(), 0);
});
