// npm run torture: plays every fault with every library in a real browser, and writes what was seen into docs/torture.md.
import { writeFile } from 'node:fs/promises';
import { launchChromium } from '../e2e/chromium.ts';
import { serveSdkPage } from '../support/sdk-page.ts';
import { appPages, libraries, versionOf } from './libraries.ts';
import { playAll } from './play.ts';
import { report, serverKinds, type Comparison } from './report.ts';

const page = new URL('../../docs/torture.md', import.meta.url);

const app = await serveSdkPage({ pages: appPages() });
const chromium = await launchChromium();
const comparisons: Comparison[] = [];
for (const { title, words, ...server } of serverKinds) {
  const columns = [];
  for (const library of libraries) {
    console.log(`${title}: ${library.name}`);
    columns.push({ library: library.name, outcomes: await playAll({ chromium, origin: app.origin, library, server }) });
  }
  comparisons.push({ title, words, columns });
}
const versions = [...libraries.map(({ name }) => `\`${name}\` ${versionOf(name)}`), `Chromium ${chromium.version()}`];
await Promise.all([chromium.close(), app.close()]);
await writeFile(page, report({ date: new Date().toISOString().slice(0, 10), versions, comparisons }));
