import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const face = { '.': './src/index.ts' };

/** What other packages may import, and what is installed as a program. */
const pinned: Record<string, { exports: Record<string, string>; bin?: Record<string, string> }> = {
  'packages/wire': { exports: face },
  'packages/model': { exports: face },
  'packages/protocol': { exports: face },
  'packages/storage': { exports: { ...face, './contract': './src/contract/contract.ts' } },
  'packages/storage-sqlite': { exports: face },
  'packages/service': { exports: face },
  'packages/pages': { exports: face },
  'packages/http': {
    exports: { ...face, './fixture': './src/issuer.fixture.ts', './feed-fixture': './src/revocation-feed.fixture.ts' },
  },
  'sdks/session': { exports: face },
  'sdks/browser': {
    exports: {
      '.': './src/index.ts',
      './challenge': './src/challenge.ts',
      './dpop': './src/dpop/dpop.ts',
      './frame': './src/frame/silent-frame.ts',
      './popup': './src/popup/popup.ts',
      './indexed-db': './src/indexed-db.ts',
      './worker': './src/worker/worker-vault.ts',
      './cookie': './src/cookie/script-cookies.ts',
      './dialog': './src/dialog/session-dialog.ts',
      './direct': './src/direct/direct.ts',
      './react': './src/react/react.ts',
      './bff': './src/bff/bff-client.ts',
      './environment': './src/environment.ts',
      './store': './src/store.ts',
      './fixture': './src/virtual-browser.fixture.ts',
    },
  },
  'sdks/api': {
    exports: {
      '.': './src/index.ts',
      './fetch': './src/adapters/fetch.ts',
      './hono': './src/adapters/hono.ts',
      './fastify': './src/adapters/fastify.ts',
      './fixture': './src/virtual-issuer.fixture.ts',
    },
  },
  'sdks/worker': {
    exports: {
      '.': './src/index.ts',
      './sqlite': './src/store/sqlite-store.ts',
      './postgres': './src/store/postgres-store.ts',
      './environment': './src/environment.ts',
      './store': './src/store/grant-store.ts',
      './fixture': './src/virtual-host.fixture.ts',
      './contract': './src/store/contract.fixture.ts',
    },
  },
  'sdks/web': {
    exports: {
      ...face,
      './fetch': './src/fetch/fetch.ts',
      './hono': './src/hono/hono.ts',
      './fastify': './src/fastify/fastify.ts',
      './bff': './src/bff/entry.ts',
      './stores': './src/stores/stores.ts',
      './contract': './src/stores/session-store.contract.fixture.ts',
    },
  },
  'apps/ostiary': { exports: { ...face, './embed': './src/embed/embed.ts' }, bin: { ostiary: './src/main.ts' } },
  'apps/lab': { exports: { ...face, './config': './ostiary.config.ts' } },
};

describe('export maps', () => {
  for (const [room, { exports, bin }] of Object.entries(pinned)) {
    it(room, () => {
      const manifest = JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8'));
      assert.deepEqual(manifest.exports, exports);
      assert.deepEqual(manifest.publishConfig?.bin ?? manifest.bin, bin);
    });
  }
});
