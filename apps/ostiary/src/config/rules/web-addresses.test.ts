import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { errorsOf, native, problemsOf, spa } from '../config.fixture.ts';

function faults(uri: string, client = spa): string[] {
  return errorsOf({ clients: [{ ...client, redirect_uris: [uri] }] });
}

const good = [
  'https://app.example.com',
  'https://app.example.com:8443/callback?tenant=a',
  'http://localhost:4001/callback',
  'http://127.0.0.1/callback',
  'http://[::1]:4001/',
];
for (const uri of good) {
  test(`a redirect URI may be ${uri}`, () => {
    assert.deepEqual(faults(uri), []);
  });
}

test('a native client may have a scheme of its own', () => {
  assert.deepEqual(faults('com.example.app:/callback', native), []);
});

const bad: [string, string][] = [
  ['/callback', 'must be an absolute URI, such as "https://app.example.com/callback"'],
  ['https://app.example.com/#/callback', 'must not have a fragment; remove "#" and what follows it'],
  ['https://app.example.com/#', 'must not have a fragment; remove "#" and what follows it'],
  ['https://*.example.com/', 'must not have a wildcard; register every address, they are compared exactly'],
  ['https://app.example.com/*', 'must not have a wildcard; register every address, they are compared exactly'],
  ['http://app.example.com/', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
  ['http://localhost.example.com/', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
  ['https://ada@app.example.com/', 'must not carry a user name or password; remove them'],
  ['https://app.example.com/cb?code=x', 'must not have the parameter "code", which the answer brings; remove it'],
  ['https:app.example.com', 'must have "//" and a host after the scheme'],
  ['https:///app.example.com', 'must have "//" and a host after the scheme'],
  [
    'https://app.example.com\\@evil.example',
    'must be plain ASCII without spaces or backslashes; percent-encode the rest',
  ],
  ['https://app.example.com/a b', 'must be plain ASCII without spaces or backslashes; percent-encode the rest'],
  ['https://app.example.com/\t', 'must be plain ASCII without spaces or backslashes; percent-encode the rest'],
  ['https://bücher.example/', 'must be plain ASCII without spaces or backslashes; percent-encode the rest'],
  ['com.example.app:/callback', 'the scheme com.example.app: is for clients of type native only; use https:'],
];
for (const [uri, message] of bad) {
  test(`a redirect URI may not be ${JSON.stringify(uri)}`, () => {
    assert.deepEqual(faults(uri), [`clients[0].redirect_uris[0]: ${message}`]);
  });
}

const neverUris = [
  'javascript:alert(1)',
  'data:text/html,a',
  'file:///etc/passwd',
  'blob:https://app.example.com/1',
  'vbscript:a',
  'about:blank',
  'ftp://app.example.com/',
  'ws://app.example.com/',
  'wss://app.example.com/',
];
for (const uri of neverUris) {
  test(`not even a native client may redirect to ${uri}`, () => {
    const scheme = uri.slice(0, uri.indexOf(':'));
    assert.deepEqual(faults(uri, native), [
      `clients[0].redirect_uris[0]: the scheme ${scheme}: is never allowed; use https:`,
    ]);
  });
}

test('a scheme of its own carries a domain name', () => {
  assert.deepEqual(faults('myapp:/callback', native), [
    'clients[0].redirect_uris[0]: the scheme myapp: must be a domain name of yours, reversed, such as "com.example.app:"',
  ]);
});

test('addresses after sign-out obey the same rules', () => {
  assert.deepEqual(
    errorsOf({ clients: [{ ...spa, post_logout_redirect_uris: ['https://app.example.com/', 'a#b'] }] }),
    ['clients[0].post_logout_redirect_uris[1]: must be an absolute URI, such as "https://app.example.com/callback"'],
  );
});

test('a client that gets codes has somewhere to get them', () => {
  assert.deepEqual(errorsOf({ clients: [{ client_id: 'a', type: 'spa' }] }), [
    'clients[0].redirect_uris: the authorization_code grant needs one; add where sign-in returns to',
  ]);
});

test('an allowed origin is scheme, host and port', () => {
  assert.deepEqual(
    problemsOf({ clients: [{ ...spa, allowedOrigins: ['https://a.example', 'http://localhost:1'] }] }),
    [],
  );
});

const badOrigins: [string, string][] = [
  ['https://a.example/', 'must be an origin (scheme, host and port, nothing after them), such as "https://a.example"'],
  ['https://A.example', 'must be an origin (scheme, host and port, nothing after them), such as "https://a.example"'],
  ['*', 'must be an origin (scheme, host and port, nothing after them), such as "https://app.example.com"'],
  ['null', 'must be an origin (scheme, host and port, nothing after them), such as "https://app.example.com"'],
  ['http://a.example', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
];
for (const [origin, message] of badOrigins) {
  test(`an allowed origin may not be ${origin}`, () => {
    assert.deepEqual(errorsOf({ clients: [{ ...spa, allowedOrigins: [origin] }] }), [
      `clients[0].allowedOrigins[0]: ${message}`,
    ]);
  });
}

test('whatever text stands for a redirect URI, only https, loopback and private-use schemes pass', () => {
  const scheme = fc.constantFrom(
    'https:',
    'http:',
    'javascript:',
    'data:',
    'com.example:',
    'x:',
    'HTTP:',
    'jAvAsCrIpT:',
    '',
  );
  const rest = fc.oneof(
    fc
      .webAuthority({ withUserInfo: true, withPort: true, withIPv4: true, withIPv6: true })
      .map((host) => `//${host}/cb`),
    fc.string(),
  );
  fc.assert(
    fc.property(scheme, rest, (head, tail) => {
      const uri = head + tail;
      if (faults(uri, native).length > 0) return;
      const { protocol, hostname, hash } = new URL(uri);
      const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
      assert.ok(protocol === 'https:' || (protocol === 'http:' && isLoopback) || protocol.includes('.'), uri);
      assert.equal(hash, '');
    }),
    { numRuns: 500 },
  );
});
