import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { spa, web } from './family.fixture.ts';
import { matchPostLogoutRedirectUri, matchRedirectUri, redirectHost } from './redirect-uri.ts';

const registered = [
  'https://app.example/callback',
  'https://app.example:8443/cb?tenant=1',
  'com.example.app:/callback',
  'http://127.0.0.1/callback',
];

const codeUnits = [...Array(0x21).keys(), 0x22, 0x3c, 0x5c, 0x7f, 0x85, 0xa0, 0x2028, 0xfeff, 0xff0f, 0x2215, 0x3002];
const hex = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
const each = (uri: string, change: (before: string, at: string, after: string) => string) =>
  uri.split('').map((character, index) => change(uri.slice(0, index), character, uri.slice(index + 1)));

/** Row 38 of the checklist: what a normalising, prefix or pattern comparison would let through. */
function mutationsOf(uri: string): string[] {
  const host = /^[a-z.]+:\/*([^/?]*)/.exec(uri)?.[1] ?? '';
  const endings = [
    '/',
    '//',
    '/.',
    '/..',
    '/../',
    '/./',
    '/..;/',
    '/%2e',
    '/%2e%2e',
    '/%2e%2e/',
    '/%252e%252e',
    '%2f',
    '%252f',
    '%5c',
  ];
  endings.push(
    '\\',
    '/\\',
    '#',
    '#x',
    '#/callback',
    '?',
    '?x',
    '?x=1',
    '&x=1',
    ';x',
    ';jsessionid=1',
    '*',
    '/*',
    '.',
    '%00',
    '%00.evil',
  );
  endings.push(
    '%0d%0a',
    '%0d%0aLocation:https://evil.example',
    '%09',
    '%20',
    '+',
    '%c0%af',
    '%c0%ae',
    '%e0%80%af',
    '%u002f',
    '@evil.example',
  );
  endings.push(
    '.evil.example',
    '/evil',
    '?redirect=https://evil.example',
    ',https://evil.example',
    ' https://evil.example',
    '|x',
    '^',
    '`',
  );
  const hosts = [
    `${host}.`,
    `${host}.evil.example`,
    `evil.${host}`,
    `evil-${host}`,
    `${host}@evil.example`,
    `evil.example@${host}`,
  ];
  hosts.push(
    `user:pass@${host}`,
    `@${host}`,
    `${host}:443`,
    `${host}:80`,
    `${host}:`,
    `${host}:0443`,
    `${host}%2eevil.example`,
    `${host}%00`,
  );
  hosts.push(
    `${host}%23@evil.example`,
    `${host}\\@evil.example`,
    `${host}#@evil.example`,
    `${host}?@evil.example`,
    'evil.example',
    'localhost',
  );
  hosts.push(
    'xn--app-example',
    'аpp.example',
    'app。example',
    'app．example',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '127.1',
    '0x7f000001',
    '2130706433',
  );
  hosts.push(
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '*.example',
    '*',
    '',
    '//',
    '///',
    `www.${host}`,
    host.toUpperCase() || 'X',
  );
  const schemes = [
    'http:',
    'HTTPS:',
    'Https:',
    'javascript:',
    'data:text/html,',
    'file:',
    'ftp:',
    'ws:',
    'blob:',
    'view-source:',
    '',
    '//',
    '/\\',
  ];
  return [
    ...endings.map((ending) => uri + ending),
    ...(host === '' ? [] : hosts.map((other) => uri.replace(host, other))),
    ...schemes.map((scheme) => scheme + uri.slice(uri.indexOf(':') + 1)),
    ...schemes.map((scheme) => scheme + uri),
    ...each(uri, (before, at, after) => before + at.toUpperCase() + after),
    ...each(uri, (before, _at, after) => before + after),
    ...each(uri, (before, at, after) => before + at + at + after),
    ...each(uri, (before, at, after) => before + hex(at) + after),
    ...each(uri, (before, at, after) => before + hex(at).toUpperCase() + after),
    ...each(uri, (before, at, after) => before + hex(at).replace('%', '%25') + after),
    ...codeUnits.flatMap((unit) => {
      const odd = String.fromCharCode(unit);
      return [odd + uri, uri + odd, uri.replace('/', `/${odd}`), uri.replace(':', `:${odd}`), uri.replace(/\w$/, odd)];
    }),
    uri.replace('/callback', '/x/../callback'),
    uri.replace('/callback', '//callback'),
    uri.replace('/callback', '/./callback'),
    uri.replace('/callback', '\\callback'),
    uri.replace('//', '\\\\'),
    uri.replace('//', '/'),
    uri.replace('//', '///'),
    uri.normalize('NFD').replace('a', 'á'),
    '*',
    'null',
    '',
    'about:blank',
  ];
}

describe('security 38: a redirect URI is compared byte for byte', () => {
  for (const uri of registered) {
    const mutations = [...new Set(mutationsOf(uri))].filter((mutation) => !registered.includes(mutation));

    test(`${uri}: ${mutations.length} mutations, all refused`, () => {
      assert.ok(mutations.length >= 200, String(mutations.length));
      for (const type of ['spa', 'web', 'native', 'device'] as const) {
        const client = spa({ type, redirect_uris: registered });
        for (const mutation of mutations) {
          const isLoopbackPort = type === 'native' && /^http:\/\/127\.0\.0\.1:\d+\/callback$/.test(mutation);
          assert.equal(matchRedirectUri(mutation, client).ok, isLoopbackPort, `${type} ${JSON.stringify(mutation)}`);
        }
      }
    });

    test(`security 45: ${uri} after sign-out: the same rule, without exception`, () => {
      const client = spa({ type: 'native', post_logout_redirect_uris: registered });
      assert.ok(matchPostLogoutRedirectUri(uri, client).ok);
      for (const mutation of mutations) assert.ok(!matchPostLogoutRedirectUri(mutation, client).ok, mutation);
    });
  }

  test('the registered spellings match, for every type of client', () => {
    for (const type of ['spa', 'web', 'native', 'device'] as const) {
      for (const uri of registered) {
        assert.deepEqual(matchRedirectUri(uri, spa({ type, redirect_uris: registered })), { ok: true, value: uri });
      }
    }
  });

  test('what matches is registered, whatever is sent', () => {
    const near = fc.constantFrom(...registered, 'http://127.0.0.1:1/callback', 'http://127.0.0.1:65535/callback');
    const edits = fc.tuple(near, fc.nat(45), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }));
    const sent = fc.oneof(
      fc.string({ unit: 'binary' }),
      edits.map(([uri, at, cut, text]) => uri.slice(0, at) + text + uri.slice(at + cut)),
    );
    fc.assert(
      fc.property(sent, fc.constantFrom('spa' as const, 'native' as const), (uri, type) => {
        const result = matchRedirectUri(uri, spa({ type, redirect_uris: registered }));
        if (!result.ok) return;
        assert.equal(result.value, uri);
        if (!registered.includes(uri)) assert.match(uri, /^http:\/\/127\.0\.0\.1(:[0-9]{1,5})?\/callback$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('security 39: the port of a loopback redirect is free for native clients', () => {
  const native = (...redirect_uris: string[]) => spa({ type: 'native', redirect_uris });
  const accepted: [string, string][] = [
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb'],
    ['http://127.0.0.1:4000/cb', 'http://127.0.0.1:53121/cb'],
    ['http://127.0.0.1:4000/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]/cb', 'http://[::1]:53121/cb'],
    ['http://127.0.0.1/cb?x=1', 'http://127.0.0.1:53121/cb?x=1'],
    ['http://127.0.0.1', 'http://127.0.0.1:53121'],
  ];
  for (const [ours, sent] of accepted) {
    test(`${ours} matches ${sent}`, () => {
      assert.deepEqual(matchRedirectUri(sent, native(ours)), { ok: true, value: sent });
    });

    test(`${ours} does not match ${sent} for other types, or after sign-out`, () => {
      for (const type of ['spa', 'web', 'device', 'service'] as const)
        assert.ok(!matchRedirectUri(sent, spa({ type, redirect_uris: [ours] })).ok);
      assert.ok(!matchPostLogoutRedirectUri(sent, spa({ type: 'native', post_logout_redirect_uris: [ours] })).ok);
    });
  }

  const refused: [string, string][] = [
    ['http://127.0.0.1/cb', 'https://127.0.0.1:5000/cb'],
    ['http://127.0.0.1/cb', 'http://[::1]:5000/cb'],
    ['http://127.0.0.1/cb', 'http://localhost:5000/cb'],
    ['http://localhost/cb', 'http://localhost:5000/cb'],
    ['http://localhost/cb', 'http://127.0.0.1:5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.1:5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.2:5000/cb'],
    ['http://127.0.0.1/cb', 'http://0.0.0.0:5000/cb'],
    ['http://127.0.0.1/cb', 'http://2130706433:5000/cb'],
    ['http://127.0.0.1/cb', 'http://0x7f.0.0.1:5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.example:5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://evil.example@127.0.0.1:5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000\\@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/cb/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/CB'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/cb?x=1'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/cb#x'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/cb\n'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000/../cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5000//cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:999999/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:+5000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:5e3/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:١/cb'],
    ['http://127.0.0.1/cb', 'HTTP://127.0.0.1:5000/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:5000/'],
    ['http://[::1]/cb', 'http://[0:0:0:0:0:0:0:1]:5000/cb'],
    ['http://[::1]/cb', 'http://[::ffff:127.0.0.1]:5000/cb'],
    ['http://[::1]/cb', 'http://[::1%25lo]:5000/cb'],
    ['http://192.168.0.1/cb', 'http://192.168.0.1:5000/cb'],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:5000/cb'],
    ['http://127.0.0.1/cb#x', 'http://127.0.0.1:5000/cb#x'],
  ];
  for (const [ours, sent] of refused) {
    test(`${ours} does not match ${JSON.stringify(sent)}`, () => assert.ok(!matchRedirectUri(sent, native(ours)).ok));
  }
});

describe('security 43: a redirect URI that is left out', () => {
  test('is the one that is registered', () => {
    assert.deepEqual(matchRedirectUri(undefined, web()), { ok: true, value: 'https://web.example/callback' });
  });

  test('is missing when several are registered, or none', () => {
    for (const redirect_uris of [['https://a.example/', 'https://b.example/'], []]) {
      const result = matchRedirectUri(undefined, web({ redirect_uris }));
      assert.deepEqual(result, { ok: false, refusal: { reason: 'redirect_uri_missing' } });
    }
  });
});

test('a mismatch shows a developer what was sent and what is registered', () => {
  const result = matchRedirectUri('https://app.example/callback/', spa());
  assert.ok(!result.ok);
  assert.deepEqual(result.refusal, {
    reason: 'redirect_uri_unregistered',
    parameter: 'redirect_uri',
    shown: [
      { label: 'sent', value: 'https://app.example/callback/' },
      { label: 'registered', value: 'https://app.example/callback' },
    ],
  });
});

test('a person is shown the host, or the scheme of an app', () => {
  assert.equal(redirectHost('https://app.example:8443/cb?x=//evil.example'), 'app.example:8443');
  assert.equal(redirectHost('https://app.example'), 'app.example');
  assert.equal(redirectHost('com.example.app:/callback'), 'com.example.app:');
  assert.equal(redirectHost('com.example.app:///callback'), 'com.example.app:');
});
