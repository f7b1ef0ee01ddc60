import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-config-'));
after(() => rmSync(folder, { recursive: true }));

async function load(name: string, text: string, env: NodeJS.ProcessEnv = {}) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return loadConfig({ path, isDevelopment: false, env });
}

test('a TypeScript file in a bare folder finds defineConfig and its types are stripped', async () => {
  const checked = await load(
    'typed.config.ts',
    `import { defineConfig } from 'ostiary';\nconst issuer: string = 'https://id.example.com';\nexport default defineConfig({ issuer });\n`,
  );
  assert.ok(checked.ok);
  assert.equal(checked.configuration.settings.issuer, 'https://id.example.com');
});

test('a JSON file has the same shape', async () => {
  const checked = await load('ostiary.config.json', '{ "issuer": "https://id.example.com" }');
  assert.ok(checked.ok);
});

test('secrets are found beside the file and in the environment', async () => {
  writeFileSync(join(folder, 'web.secret'), 'a-secret-of-the-web-client\n');
  const client = { client_id: 'web', type: 'web', redirect_uris: ['https://a.example/'] };
  const clients = [
    { ...client, client_secret: { file: 'web.secret' } },
    { ...client, client_id: 'web2', client_secret: { env: 'WEB' } },
  ];
  const text = JSON.stringify({ issuer: 'https://id.example.com', clients });
  const checked = await load('secret.json', text, { WEB: 'a-secret-of-the-web-client' });
  assert.ok(checked.ok);
  const [first, second] = checked.configuration.settings.clients;
  assert.ok(first?.secretHash);
  assert.equal(first.secretHash, second?.secretHash);
});

test('a file that is not there is told with the remedy', async () => {
  const path = join(folder, 'nowhere.ts');
  await assert.rejects(loadConfig({ path, isDevelopment: false, env: {} }), {
    message: `there is no configuration file ${path}; "ostiary init" writes one, --config names another`,
  });
});

test('a folder is no configuration file', async () => {
  await assert.rejects(loadConfig({ path: folder, isDevelopment: false, env: {} }), /cannot be read: EISDIR/);
});

test('broken JSON is told with what is wrong', async () => {
  await assert.rejects(load('broken.json', '{ "issuer": }'), /broken\.json is not JSON: Unexpected token '}'/);
});

test('a module without default export is told with the remedy', async () => {
  await assert.rejects(
    load('bare.ts', 'export const issuer = 1;\n'),
    /has no default export; write "export default defineConfig/,
  );
});

test('a module that throws is told with its own words', async () => {
  await assert.rejects(load('throws.ts', `throw new Error('no weather today');\n`), /does not run: no weather today/);
});
