import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, problemsOf, spa, web } from './config.fixture.ts';
import { checkConfig } from './check-config.ts';
import { describe } from './problem.ts';

test('the smallest configuration is an issuer', () => {
  assert.deepEqual(problemsOf({}), []);
});

test('all problems are told at once, wherever they are', () => {
  assert.deepEqual(
    errorsOf({
      issuer: 'http://id.example.com',
      sesion: {},
      apis: [{ identifier: 'reports', name: 'Reports' }],
      clients: [
        { ...spa, typ: 'spa', redirect_uris: ['http://app.example.com/'] },
        { client_id: 'b', type: 'spaa' },
      ],
      users: [{ username: 'ada', password: 'short' }, 5],
    }),
    [
      'sesion: unknown field; did you mean "session"?',
      'issuer: must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only',
      'clients[0].typ: unknown field; did you mean "type"?',
      'clients[1].type: must be one of spa, web, native, device, service, not "spaa"; did you mean "spa"?',
      'users[1]: must be an object, not 5',
      'apis[0].identifier: must be an absolute URI, such as "https://api.example.com"',
      'clients[0].redirect_uris[0]: must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only',
      'users[0].password: has 5 characters; use at least 15: a password that is the only proof of a person needs that length (NIST SP 800-63B-4); a few words in a row will do',
    ],
  );
});

test('an unknown field deep inside is named by its path', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...spa, refresh: { idle: 60, absoluteSeconds: 60 } }] }), [
    'clients[0].refresh.idle: unknown field; did you mean "idleSeconds"?',
  ]);
});

test('an unknown field with no neighbour lists the fields there are', () => {
  assert.deepEqual(errorsOf({ listen: { socket: '/run/ostiary' } }), [
    'listen.socket: unknown field; the fields here are host, port',
  ]);
});

test('a missing field says what it must be', () => {
  assert.deepEqual(errorsOf({ issuer: undefined, clients: [{ client_id: 'a' }] }), [
    'issuer: missing; it must be a text',
    'clients[0].type: missing; it must be one of spa, web, native, device, service',
  ]);
});

test('a field of the wrong kind says what it must be and what it is', () => {
  assert.deepEqual(errorsOf({ clients: { a: 1 }, session: { idleSeconds: '3600', absoluteSeconds: 0.5 } }), [
    'session.idleSeconds: must be a whole number, not "3600"',
    'session.absoluteSeconds: must be a whole number, not 0.5',
    'clients: must be a list, not an object',
  ]);
});

test('a lifetime of nothing is refused', () => {
  assert.deepEqual(errorsOf({ session: { idleSeconds: 0 } }), ['session.idleSeconds: must be at least 1, not 0']);
});

test('what is no object at all is refused', () => {
  const checked = checkConfig('issuer', { isDevelopment: false, secrets: { env: () => undefined, file: () => '' } });
  assert.ok(!checked.ok);
  assert.deepEqual(checked.problems.map(describe), ['must be an object, not "issuer"']);
});

test('a secret is a text or a reference', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, client_secret: 12_345 }] }), [
    'clients[0].client_secret: must be a text, { "env": "NAME" } or { "file": "path" }, not 12345',
  ]);
});

test('an unknown field of a reference lists what a reference may be', () => {
  const secrets = { env: () => 'a-secret-of-the-web-client' };
  assert.deepEqual(errorsOf({ clients: [{ ...web, client_secret: { env: 'A', text: 'hush' } }] }, { secrets }), [
    'clients[0].client_secret.text: unknown field; the fields here are env, file',
  ]);
});

test('a long text where an object belongs is not repeated', () => {
  const jwks = 'eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwiZCI6Imh1c2gtaHVzaC1odXNoIn0';
  assert.deepEqual(errorsOf({ clients: [{ ...web, jwks }] }), ['clients[0].jwks: must be an object, not this text']);
});
