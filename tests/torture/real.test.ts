import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.ts';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { faults, realFaultNames, type RealFaultName } from './faults.ts';
import { appPages, libraries } from './libraries.ts';
import { playOne } from './play.ts';
import { columnsOf, report, serverKinds, type Comparison } from './report.ts';
import type { Outcome } from './stage.ts';

const ostiary = libraries[0]!;
/** The table that the suite plays again: the strict server, as it forgives least of what the SDK must get right. */
const server = serverKinds[1]!;
const page = await readFile(new URL('../../docs/torture.md', import.meta.url), 'utf8');

describe('in a real browser, with a strict server, the SDK does what docs/torture.md says', { concurrency: 5 }, () => {
  let app: SdkPage;
  let chromium: Browser;
  before(async () => {
    [app, chromium] = await Promise.all([serveSdkPage({ pages: appPages() }), launchChromium()]);
  });
  after(() => Promise.all([app.close(), chromium.close()]));

  const said = columnsOf(page, ostiary.name).get(server.title);
  for (const name of realFaultNames) {
    it(faults[name], async () => {
      const seen = await playOne({ chromium, origin: app.origin, library: ostiary, server, name });
      assert.equal(seen, said?.get(name));
      assert.match(seen, /^(ok|asks again)$/);
    });
  }
});

describe('docs/torture.md', () => {
  it('is what npm run torture writes', () => {
    const date = /wrote this page on\n(\S+), with/.exec(page)?.[1] ?? '';
    const versions = /, with (.*)\.\n/.exec(page)?.[1]?.split(', ') ?? [];
    const comparisons = serverKinds.map(({ title, words }): Comparison => {
      const columns = libraries.map(({ name }) => ({
        library: name,
        outcomes: columnsOf(page, name).get(title) as Map<RealFaultName, Outcome>,
      }));
      return { title, words, columns };
    });
    assert.equal(page, report({ date, versions, comparisons }));
    for (const { columns } of comparisons)
      for (const { outcomes } of columns) assert.deepEqual([...outcomes.keys()], [...realFaultNames]);
  });
});
