import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, callback, labSpa } from '@ostiary/http/fixture';
import type { ClientId } from '@ostiary/wire';
import { houseClients, native, openHouse, spa, type House } from './house.fixture.ts';
import { mutationsOf } from './redirect-mutations.fixture.ts';

const queried = 'https://queried.example/callback?tenant=1';
const many = ['https://many.example/a', 'https://many.example/b'];

let house: House;
before(async () => {
  const client = (id: string, redirect_uris: string[]) => ({
    metadata: labSpa({ client_id: id as ClientId, redirect_uris }),
  });
  const clients = [...houseClients(), client('queried', [queried]), client('many', many)];
  house = await openHouse({ settings: { clients } });
});
after(() => house.close());

/** The answer to an authorization request, by GET. */
function ask(changes: Record<string, string | undefined>): Promise<Response> {
  return house.request(`/authorize?${authorizeParameters(changes).toString()}`);
}

/** RFC 9700 section 4.11.1: no redirect of any kind, an error page. */
async function assertShown(response: Response, what: string): Promise<void> {
  const html = await response.text();
  assert.equal(response.status, 400, what);
  assert.equal(response.headers.get('location'), null, what);
  assert.equal(response.headers.get('refresh'), null, what);
  assert.doesNotMatch(html, /http-equiv="?refresh|<script|<form/i, what);
}

describe('row 38 (RFC 9700 4.1.3, RFC 3986 6.2.1): redirect_uri is compared byte for byte', () => {
  const mutations = mutationsOf(callback);

  it('has 200 mutations to try', () => assert.ok(mutations.length >= 200, String(mutations.length)));

  it('refuses all of them by GET, without a redirect', async () => {
    for (const redirect_uri of mutations) await assertShown(await ask({ redirect_uri }), redirect_uri);
  });

  it('refuses all of them by POST, without a redirect', async () => {
    for (const redirect_uri of mutations) {
      const body = authorizeParameters({ redirect_uri });
      await assertShown(await house.request('/authorize', { method: 'POST', body }), redirect_uri);
    }
  });

  it('refuses all of them with response_mode=form_post', async () => {
    for (const redirect_uri of mutations) {
      await assertShown(await ask({ redirect_uri, response_mode: 'form_post' }), redirect_uri);
    }
  });

  it('refuses all of them on the silent way', async () => {
    for (const redirect_uri of mutations) await assertShown(await ask({ redirect_uri, prompt: 'none' }), redirect_uri);
  });
});

describe('row 39 (RFC 8252 7.3): a native client has the port of a loopback address free, and nothing else', () => {
  const accepted = ['http://127.0.0.1/callback', 'http://127.0.0.1:1/callback', 'http://127.0.0.1:65535/callback'];
  for (const redirect_uri of accepted) {
    it(`accepts ${redirect_uri}`, async () => {
      const response = await ask({ client_id: native.id, redirect_uri });
      assert.match(response.headers.get('location') ?? '', /^\/sign-in\?ticket=/);
    });
  }
  const refused = [
    'http://localhost/callback',
    'http://localhost:5000/callback',
    'http://127.1/callback',
    'http://127.0.0.2/callback',
    'http://0.0.0.0/callback',
    'http://0/callback',
    'http://2130706433/callback',
    'http://0x7f.0.0.1/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1@evil.example/callback',
    'http://evil.example@127.0.0.1/callback',
    'http://127.0.0.1:5000@evil.example/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:5000/callback/',
    'http://127.0.0.1:5000/callback?x=1',
    'http://127.0.0.1:5000/callback#x',
    'http://127.0.0.1:5000/',
    'http://[::1]:5000/callback',
    'http://[::ffff:127.0.0.1]/callback',
    'https://127.0.0.1:5000/callback',
    'HTTP://127.0.0.1:5000/callback',
    'com.example.app:/callback/',
    'com.example.app://callback',
    'com.example.APP:/callback',
  ];
  for (const redirect_uri of refused) {
    it(`refuses ${redirect_uri}`, async () =>
      assertShown(await ask({ client_id: native.id, redirect_uri }), redirect_uri));
  }

  it('a port that differs is refused for every other type of client', async () => {
    await assertShown(await ask({ redirect_uri: 'http://localhost:4002/callback' }), 'lab-spa');
  });
});

describe('rows 40 and 41 (RFC 9700 4.1, RFC 8252 7.1): what cannot be registered', () => {
  const wrong: [string, string][] = [
    ['a fragment', 'https://app.example/cb#x'],
    ['an empty fragment', 'https://app.example/cb#'],
    ['a relative address', '/callback'],
    ['an address without scheme', '//app.example/cb'],
    ['http beyond loopback', 'http://app.example/cb'],
    ['http on a host that only looks like loopback', 'http://127.0.0.1.app.example/cb'],
    ['a wildcard', 'https://*.app.example/cb'],
    ['a user name', 'https://user@app.example/cb'],
    ['javascript:', 'javascript:alert(1)'],
    ['JavaScript: in another case', 'JavaScript://app.example/%0aalert(1)'],
    ['data:', 'data:text/html,x'],
    ['file:', 'file:///etc/passwd'],
    ['blob:', 'blob:https://app.example/1'],
    ['vbscript:', 'vbscript:x'],
    ['about:', 'about:blank'],
    ['ftp:', 'ftp://app.example/cb'],
    ['ws:', 'ws://app.example/cb'],
    ['wss:', 'wss://app.example/cb'],
    ['a scheme without a dot', 'myapp:/callback'],
    ['a line break', 'https://app.example/cb\r\nSet-Cookie: a=b'],
    ['a tab', 'https://app.example/\tcb'],
    ['a backslash', 'https://app.example\\@evil.example/cb'],
    ['a space', 'https://app.example/c b'],
    ['row 42: the state of an answer in its query', 'https://app.example/cb?state=x'],
  ];
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-redirects-'));
  after(() => rmSync(folder, { recursive: true }));

  it('each is refused at start, with the field named', () => {
    const clients = wrong.map(([, uri], index) => ({
      client_id: `client-${index}`,
      type: 'native',
      redirect_uris: [uri],
    }));
    const said = startWith(folder, clients);
    assert.notEqual(said.status, 0);
    for (const [index, [what]] of wrong.entries()) {
      assert.ok(said.text.includes(`clients[${index}].redirect_uris[0]`), `${what}: ${said.text}`);
    }
  });

  it('and as post_logout_redirect_uris', () => {
    const clients = wrong.map(([, uri], index) => ({
      client_id: `client-${index}`,
      type: 'native',
      redirect_uris: ['com.example.app:/cb'],
      post_logout_redirect_uris: [uri],
    }));
    const said = startWith(folder, clients);
    assert.notEqual(said.status, 0);
    for (const [index, [what]] of wrong.entries()) {
      assert.ok(said.text.includes(`clients[${index}].post_logout_redirect_uris[0]`), `${what}: ${said.text}`);
    }
  });
});

/** What the program says to a configuration with these clients. */
function startWith(folder: string, clients: object[]): { status: number | null; text: string } {
  const path = join(folder, 'ostiary.config.json');
  writeFileSync(path, JSON.stringify({ issuer: 'https://id.example', storage: 'sqlite::memory:', clients }));
  const program = new URL('../../apps/ostiary/src/main.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'start', '--config', path], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, text: stdout + stderr };
}

describe('row 42 (RFC 6749 3.1.2): the query of a registered address is kept', () => {
  it('and the answer stands behind it', async () => {
    const page = await house
      .browser()
      .open(
        `/authorize?${authorizeParameters({ client_id: 'queried', redirect_uri: queried, prompt: 'none' }).toString()}`,
      );
    assert.ok(page.leftTo?.startsWith(`${queried}&error=login_required`), page.leftTo);
  });
});

describe('row 42: an address with a parameter of the answer cannot be registered', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-redirects-'));
  after(() => rmSync(folder, { recursive: true }));
  it('code, state, iss and errors', () => {
    const names = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', '%63ode'];
    const clients = names.map((name, index) => ({
      client_id: `client-${index}`,
      type: 'spa',
      redirect_uris: [`https://app.example/cb?a=b&${name}=x`],
    }));
    const said = startWith(folder, clients);
    assert.notEqual(said.status, 0);
    for (const index of names.keys()) assert.ok(said.text.includes(`clients[${index}].redirect_uris[0]`), said.text);
  });
});

describe('row 43 (OAuth 2.1): with several addresses registered, redirect_uri is required', () => {
  it('is shown, not redirected', async () => {
    await assertShown(await ask({ client_id: 'many', redirect_uri: undefined }), 'left out');
  });
  for (const redirect_uri of many) {
    it(`accepts ${redirect_uri}`, async () => {
      assert.equal((await ask({ client_id: 'many', redirect_uri })).status, 303);
    });
  }
});

describe('row 44: the redirect_uri that counts is the one that was compared', () => {
  for (const name of ['request', 'request_uri', 'registration']) {
    it(`a bad one inside ${name} changes nothing`, async () => {
      const response = await ask({ [name]: JSON.stringify({ redirect_uris: ['https://evil.example/'] }) });
      const location = response.headers.get('location') ?? '';
      assert.ok(location.startsWith(`${callback}?error=${name}_not_supported`), location);
    });
  }

  it('one in the query does not count beside one in the body', async () => {
    const path = `/authorize?${new URLSearchParams({ redirect_uri: 'https://evil.example/' }).toString()}`;
    const response = await house.request(path, { method: 'POST', body: authorizeParameters({ prompt: 'none' }) });
    const page = await house.browser().open(response.headers.get('location') ?? '');
    assert.ok(page.leftTo?.startsWith(`${callback}?error=login_required`), page.leftTo);
  });

  it('two of them are refused without a redirect', async () => {
    const twice = authorizeParameters();
    twice.append('redirect_uri', 'https://evil.example/');
    await assertShown(await house.request(`/authorize?${twice.toString()}`), 'twice');
  });
});

describe('row 45 (RP-Initiated Logout 3): post_logout_redirect_uri follows the same rule', () => {
  const registered = 'http://localhost:4001/after';
  let loggingOut: House;
  before(async () => {
    const metadata = labSpa({ post_logout_redirect_uris: [registered] });
    loggingOut = await openHouse({ settings: { clients: [{ metadata }] } });
  });
  after(() => loggingOut.close());

  it('accepts the registered one', async () => {
    const query = new URLSearchParams({ client_id: spa.id, post_logout_redirect_uri: registered, state: 's' });
    const response = await loggingOut.request(`/end-session?${query.toString()}`);
    assert.equal(response.headers.get('location'), `${registered}?state=s`);
  });

  it('refuses every mutation without a redirect, by GET and POST', async () => {
    for (const post_logout_redirect_uri of mutationsOf(registered)) {
      const query = new URLSearchParams({ client_id: spa.id, post_logout_redirect_uri });
      const get = await loggingOut.request(`/end-session?${query.toString()}`);
      await assertShown(get, post_logout_redirect_uri);
      const post = await loggingOut.browser().open('/end-session', { method: 'POST', body: query });
      assert.equal(post.leftTo, undefined, post_logout_redirect_uri);
      assert.equal(post.status, 400, post_logout_redirect_uri);
    }
  });

  it('refuses one without a client to compare it with', async () => {
    const query = new URLSearchParams({ post_logout_redirect_uri: registered });
    await assertShown(await loggingOut.request(`/end-session?${query.toString()}`), 'no client');
  });

  it('returnTo at /v2/logout: accepts the registered one, and refuses every mutation without a redirect', async () => {
    const ask = (returnTo: string) =>
      loggingOut.request(`/v2/logout?${new URLSearchParams({ returnTo, client_id: spa.id }).toString()}`);
    assert.equal((await ask(registered)).headers.get('location'), registered);
    for (const returnTo of mutationsOf(registered)) await assertShown(await ask(returnTo), returnTo);
  });

  it('returnTo at /v2/logout: refuses two of them, one of another client, and one without a client', async () => {
    const at = (query: string) => loggingOut.request(`/v2/logout?${query}`);
    const returnTo = `returnTo=${encodeURIComponent(registered)}`;
    await assertShown(await at(returnTo), 'no client');
    await assertShown(await at(`${returnTo}&client_id=nobody`), 'unknown client');
    await assertShown(await at(`${returnTo}&returnTo=https://evil.example&client_id=${spa.id}`), 'two');
    await assertShown(await at(`client_id=${spa.id}&returnTo=https://evil.example&${returnTo}`), 'two, the other way');
    const mixed = 'post_logout_redirect_uri=https://evil.example';
    assert.equal((await at(`${returnTo}&client_id=${spa.id}&${mixed}`)).headers.get('location'), registered);
  });
});

describe('row 46 (RFC 9700 4.11): no parameter leads the browser elsewhere', () => {
  const names = [
    'returnTo',
    'return_to',
    'next',
    'continue',
    'RelayState',
    'redirect',
    'url',
    'goto',
    'target',
    'ticket',
  ];
  const payloads = [
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '/\t/evil.example',
    'https://evil.example/',
  ];
  const paths = [
    '/',
    '/authorize',
    '/authorize/resume',
    '/sign-in',
    '/consent',
    '/end-session',
    '/v2/logout',
    '/account',
  ];
  for (const path of paths) {
    it(path, async () => {
      for (const name of names) {
        for (const payload of payloads) {
          const query = new URLSearchParams({ [name]: payload }).toString();
          const { headers } = await house.request(`${path}?${query}`);
          const location = headers.get('location');
          if (location === null) continue;
          assert.equal(
            new URL(location, house.service.settings.issuer).origin,
            house.service.settings.issuer,
            location,
          );
        }
      }
    });
  }

  it('nor a path of its own', async () => {
    for (const path of [
      '//evil.example',
      '/%5cevil.example',
      '/authorize//evil.example',
      '/sign-in/..//evil.example',
    ]) {
      const { headers } = await house.request(house.service.settings.issuer + path);
      assert.equal(headers.get('location'), null, path);
    }
  });
});

describe('row 47 (RFC 9700 4.18): there is no postMessage response mode', () => {
  for (const response_mode of ['web_message', 'postmessage']) {
    it(response_mode, async () => {
      const location = (await ask({ response_mode })).headers.get('location') ?? '';
      assert.ok(location.startsWith(`${callback}?error=invalid_request`), location);
    });
  }
});
