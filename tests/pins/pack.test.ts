import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { launchChromium } from '../e2e/chromium.ts';
import { serveOnLoopback } from '../support/loopback-server.ts';
import { postgresServer } from '../support/postgres.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ostiary-packed-'));
const tarballs = join(folder, 'tarballs');
const project = join(folder, 'project');

before(() => {
  run(process.execPath, [join(root, 'tools', 'pack.ts'), tarballs], root);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'newcomer', private: true, type: 'module' }));
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files], project);
});

after(() => rmSync(folder, { recursive: true }));

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: cleanEnvironment() });
  assert.equal(status, 0, `${[program, ...args].join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** Without what an outer `npm test` sets for its own project. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_|INIT_CWD)/i.test(name)));
}

function installed(name: string): string {
  return join(project, 'node_modules', name);
}

test('the tarballs are the program, the SDKs and the packages they need', () => {
  assert.deepEqual(readdirSync(tarballs).toSorted(), [
    'ostiary-0.1.0.tgz',
    'ostiary-api-0.1.0.tgz',
    'ostiary-browser-0.1.0.tgz',
    'ostiary-http-0.1.0.tgz',
    'ostiary-model-0.1.0.tgz',
    'ostiary-pages-0.1.0.tgz',
    'ostiary-protocol-0.1.0.tgz',
    'ostiary-service-0.1.0.tgz',
    'ostiary-session-0.1.0.tgz',
    'ostiary-storage-0.1.0.tgz',
    'ostiary-storage-postgres-0.1.0.tgz',
    'ostiary-storage-sqlite-0.1.0.tgz',
    'ostiary-web-0.1.0.tgz',
    'ostiary-wire-0.1.0.tgz',
    'ostiary-worker-0.1.0.tgz',
  ]);
});

test('the manifest of the program points at JavaScript, declarations and packed versions', () => {
  const manifest = JSON.parse(readFileSync(join(installed('ostiary'), 'package.json'), 'utf8'));
  assert.deepEqual(manifest.exports, {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './embed': { types: './dist/embed/embed.d.ts', default: './dist/embed/embed.js' },
  });
  assert.deepEqual(manifest.bin, { ostiary: './dist/main.js' });
  assert.deepEqual(manifest.engines, { node: '>=24' });
  assert.equal(manifest.private, undefined);
  assert.equal(manifest.dependencies['@ostiary/http'], '0.1.0');
});

test('the manifest of the browser SDK names every entry but the fixtures, and what lies there', () => {
  const manifest = JSON.parse(readFileSync(join(installed('@ostiary/browser'), 'package.json'), 'utf8'));
  const source = JSON.parse(readFileSync(join(root, 'sdks', 'browser', 'package.json'), 'utf8'));
  const entries = Object.keys(source.exports).filter((entry) => entry !== './fixture');
  assert.deepEqual(Object.keys(manifest.exports), entries);
  for (const { types, default: code } of Object.values<{ types: string; default: string }>(manifest.exports)) {
    for (const path of [types, code]) assert.ok(existsSync(join(installed('@ostiary/browser'), path)), path);
  }
  assert.deepEqual(manifest.dependencies, { '@ostiary/session': '0.1.0' });
  assert.deepEqual(manifest.peerDependencies, { react: '>=18' });
  assert.deepEqual([manifest.sideEffects, manifest.engines], [false, undefined]);
});

test('the browser SDK can be imported and created on a server, where there is no window', () => {
  const entries = Object.keys(
    JSON.parse(readFileSync(join(installed('@ostiary/browser'), 'package.json'), 'utf8')).exports,
  ).filter((entry) => entry !== './react');
  const script = `
    for (const entry of ${JSON.stringify(entries)}) await import('@ostiary/browser' + entry.slice(1));
    const { createClient } = await import('@ostiary/browser');
    const { silentFrame } = await import('@ostiary/browser/frame');
    const client = createClient({ issuer: 'https://id.example.com', clientId: 'app', redirectUri: 'https://app.example.com/callback',
      storage: 'session', silentSignIn: silentFrame() });
    console.log(client.isSignedIn, client.state.kind);`;
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script], project), 'false signedOut\n');
});

test('the browser SDK runs in a browser, bundled by an app', async () => {
  const script = `
    import { createClient } from '@ostiary/browser';
    import { silentFrame } from '@ostiary/browser/frame';
    import { indexedDb } from '@ostiary/browser/indexed-db';
    const client = createClient({ issuer: location.origin, clientId: 'app', redirectUri: location.origin + '/callback',
      storage: indexedDb(), scriptsMayTakeRefreshTokens: true, silentSignIn: silentFrame() });
    client.signIn().catch((fault) => (document.title = fault.code));`;
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: project },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const app = await serveOnLoopback((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/app.js')
      return new Response(outputFiles[0]?.text ?? '', { headers: { 'content-type': 'text/javascript' } });
    if (pathname.startsWith('/.well-known/'))
      return Response.json({ issuer: app.origin, authorization_endpoint: `${app.origin}/authorize` });
    const html = pathname === '/' ? '<script type="module" src="/app.js"></script>' : '';
    return new Response(html, { headers: { 'content-type': 'text/html' } });
  });
  const chromium = await launchChromium();
  try {
    const page = await chromium.newPage();
    await page.goto(app.origin);
    await page.waitForURL(/\/authorize\?/);
    const asked = new URL(page.url()).searchParams;
    assert.equal(asked.get('client_id'), 'app');
    assert.match(asked.get('code_challenge') ?? '', /^[\w-]{43}$/);
  } finally {
    await Promise.all([chromium.close(), app.close()]);
  }
});

test('the worker SDK runs with nothing beside it, on a file', () => {
  const script = `
    const { clientSecretBasic, createWorker } = await import('@ostiary/worker');
    const { openSqliteGrants } = await import('@ostiary/worker/sqlite');
    await import('@ostiary/worker/postgres');
    const worker = createWorker({ issuer: 'https://id.example.com', clientId: 'web', authentication: clientSecretBasic('s'),
      store: openSqliteGrants({ path: 'grants.db' }), sealingKeys: [{ id: 'k1', key: new Uint8Array(32) }] });
    const id = await worker.keep({ access_token: 'at', refresh_token: 'rt', expires_in: 3600 });
    console.log(await worker.withGrant(id, async (token) => token), (await worker.read(id)).state.kind);`;
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script], project), 'at active\n');
});

test('the API SDK answers a request without a token, in every form', () => {
  const script = `
    import { auth, createAccessTokenVerifier } from '@ostiary/api';
    import { auth as protect } from '@ostiary/api/fetch';
    import { auth as middleware } from '@ostiary/api/hono';
    import { auth as plugin } from '@ostiary/api/fastify';
    const settings = { issuerBaseURL: 'https://id.example.com', audience: 'https://api.example.com' };
    const result = await createAccessTokenVerifier(settings).verify(new Request('https://api.example.com/'));
    const response = await protect(settings)(() => new Response())(new Request('https://api.example.com/'));
    console.log(result.ok, response.status, auth(settings).length, middleware(settings).length, plugin.length);`;
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script], project), 'false 401 3 2 2\n');
});

test('the web SDK runs with nothing beside it', () => {
  const script = `
    const { createAuth } = await import('@ostiary/web/fetch');
    const { auth } = await import('@ostiary/web');
    const { createBff } = await import('@ostiary/web/bff');
    const { memoryStore } = await import('@ostiary/web/stores');
    const options = { issuerBaseURL: 'https://id.example.com', baseURL: 'https://app.example.com', clientID: 'web',
      secret: 'a secret of thirty-two characters', authRequired: false, session: { store: memoryStore() } };
    const answer = await createAuth(options).handle(new Request(options.baseURL), ({ oidc }) => new Response(String(oidc.isAuthenticated())));
    const user = await createBff({ ...options, upstreams: [] }).handle(new Request(options.baseURL + '/bff/user', { headers: { 'x-csrf': '1' } }));
    console.log(typeof auth(options), await answer.text(), user.status);`;
  assert.equal(run(process.execPath, ['--input-type=module', '-e', script], project), 'function false 401\n');
});

test('the server SDKs are typed without the types of browsers, and for an app of Express', () => {
  const script = `
    import type { webcrypto } from 'node:crypto';
    import type { IncomingMessage, ServerResponse } from 'node:http';
    import * as api from '@ostiary/api';
    import { auth, requiresAuth } from '@ostiary/web';
    import '@ostiary/api/fetch';
    import '@ostiary/web/bff';
    import '@ostiary/web/fetch';
    import '@ostiary/web/stores';
    import { privateKeyJwt } from '@ostiary/worker';
    import '@ostiary/worker/postgres';
    import '@ostiary/worker/sqlite';
    declare const key: webcrypto.CryptoKey;
    type Next = (fault?: unknown) => void;
    declare function use<Seen extends IncomingMessage>(
      ...handlers: Array<(request: Seen & Express.Request, response: ServerResponse & Express.Response, next: Next) => void>): void;
    const settings = { issuerBaseURL: 'https://id.example.com', audience: 'https://api.example.com' };
    use(api.auth(settings), requiresAuth(), (request) => void request.auth?.claims.sub);
    use((request, response) => void (request.oidc.user?.sub ?? response.oidc.login()));
    export default [privateKeyJwt(key), auth];`;
  writeFileSync(join(project, 'server.ts'), script);
  const options = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024', '--strict', '--noEmit'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  run(join(root, 'node_modules', '.bin', 'tsc'), [...options, ...types, 'server.ts'], project);
});

test('no tarball holds a test or a source', () => {
  for (const name of ['ostiary', ...readdirSync(installed('@ostiary')).map((room) => `@ostiary/${room}`)]) {
    const files = readdirSync(installed(name), { recursive: true }).map(String);
    const unwanted = files.filter(
      (file) => /\.(test|fixture)\.|(?<!\.d)\.ts$/.test(file) && !file.includes('node_modules'),
    );
    assert.deepEqual(unwanted, [], name);
    assert.ok(files.includes('LICENSE'), name);
  }
});

test('the installed program runs in an empty folder', () => {
  const help = run(join(project, 'node_modules', '.bin', 'ostiary'), ['--help'], project);
  assert.match(help, /^usage: ostiary COMMAND/m);
  assert.match(help, /^ {2}start /m);
});

test('the installed program makes its tables in a PostgreSQL database', async () => {
  const database = await (await postgresServer()).newDatabase();
  try {
    const config = { issuer: 'http://localhost:4000', storage: { postgres: { url: database.url } } };
    writeFileSync(join(project, 'ostiary.config.json'), JSON.stringify(config));
    const said = run(join(project, 'node_modules', '.bin', 'ostiary'), ['migrate'], project);
    assert.match(said, /^applied \S+\n(?:applied \S+\n)*postgres:\/\/\S+ is up to date\n$/);
  } finally {
    await database.drop();
  }
});

test('a configuration file is typed by the installed declarations', () => {
  const config = (issuer: string) =>
    `import { defineConfig } from 'ostiary';\nexport default defineConfig({ issuer: ${issuer} });\n`;
  writeFileSync(join(project, 'wrong.ts'), config('4000'));
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'dom', 'dom.iterable'],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(root, 'node_modules', '@types')],
      },
      files: ['wrong.ts'],
    }),
  );
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project], { encoding: 'utf8' });
  const places = stdout.match(/^[^\s(]+(?=\()/gm) ?? [];
  assert.deepEqual([...new Set(places.map((place) => place.split('/').at(-1)))], ['wrong.ts'], stdout);
  assert.match(stdout, /Type 'number' is not assignable to type 'string'/);
});
