import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { openServerTime } from './server-time.ts';
import type { ServerTime } from './server-time.ts';
import { VirtualBrowser } from './virtual-browser.fixture.ts';

const hourMs = 3_600_000;

let browser: VirtualBrowser;
let time: ServerTime;
beforeEach(() => {
  browser = new VirtualBrowser({ server: async () => new Response() });
  time = openServerTime(browser.openTab().environment());
});

describe('when a request left', () => {
  it('is told by the clock of now, though it was set back meanwhile', async () => {
    const sentAtMs = time.begin();
    await browser.advance(5_000);
    browser.wallErrorMs = -hourMs;
    assert.equal(sentAtMs(), browser.wallMs() - 5_000);
  });

  it('is before the sleep that came between', async () => {
    const sentAtMs = time.begin();
    await browser.sleep(hourMs);
    assert.equal(sentAtMs(), browser.wallMs() - hourMs);
  });
});

describe('a page that finds what an earlier one learned', () => {
  it('goes on with it', () => {
    browser.wallErrorMs = hourMs;
    time.resume(-hourMs, browser.nowMs - 60_000);
    assert.equal(time.now(), browser.nowMs);
  });

  it('does not go back behind it when the clock was set right between them', () => {
    time.resume(-hourMs, browser.nowMs - 60_000);
    assert.equal(time.now(), browser.nowMs - 60_000);
  });
});
