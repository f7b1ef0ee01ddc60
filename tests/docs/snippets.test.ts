import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { blocksOf, root } from './pages.ts';
import { regionOf, regionsIn } from './regions.ts';
import jsonConfig from './snippets/ostiary.config.json' with { type: 'json' };
import typedConfig from './snippets/ostiary.config.ts';
import { makeWorkplace } from './workplace.ts';

const guides = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
const pages = [...guides.filter((path) => path.endsWith('.md')), 'README.md'];
const snippets = join(import.meta.dirname, 'snippets');

describe('blocks of the pages', () => {
  for (const block of pages.flatMap(blocksOf)) {
    const { at, language, text, snippet } = block;
    // Commands are typed as they stand on the page: see commands.test.ts.
    if (language === 'sh' && snippet === undefined) continue;
    test(`${at} is ${snippet}`, () => {
      assert.ok(snippet !== undefined, `${at}: a block names its snippet in a comment above it, or is sh`);
      assert.equal(text, regionOf(snippet));
    });
  }

  test('every fence is the fence of a block', () => {
    for (const path of pages) {
      const fences = readFileSync(join(root, path), 'utf8').match(/^\s*(```|~~~)/gm) ?? [];
      assert.equal(fences.length, 2 * blocksOf(path).length, path);
    }
  });

  test('every region is shown', () => {
    const shown = new Set(pages.flatMap(blocksOf).map(({ snippet }) => snippet));
    const regions = readdirSync(snippets).flatMap((file) => {
      const names = regionsIn(file);
      return names.length === 0 ? [file] : names.map((name) => `${file}#${name}`);
    });
    assert.deepEqual(
      regions.filter((region) => !shown.has(region)),
      [],
    );
  });
});

describe('configurations of the pages', () => {
  const workplace = makeWorkplace();
  after(() => workplace.remove());
  const env = {
    OSTIARY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    REPORTS_WEB_SECRET: 'a-secret-of-the-web-client',
    EXAMPLE_WEB_SECRET: 'a-secret-of-the-web-client',
    EXAMPLE_JOB_SECRET: 'a-secret-of-the-service',
  };

  for (const file of ['ostiary.config.ts', 'ostiary.config.json', 'getting-started.config.ts']) {
    test(`the program reads ${file} outside development, without a warning`, async () => {
      workplace.write(file, readFileSync(join(snippets, file), 'utf8'));
      workplace.write('ada.password', 'correct horse battery\n');
      const command = `ostiary user enable --username nobody --config ${file}`;
      const { code, output } = await workplace.type(command, { env });
      assert.deepEqual({ code, output }, { code: 1, output: 'ostiary: there is no user "nobody"\n' });
    });
  }

  test('the example in TypeScript and the one in JSON say the same', () => {
    assert.deepEqual(typedConfig, jsonConfig);
  });
});
