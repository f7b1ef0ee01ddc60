import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { completed, errorsOf, web } from './config.fixture.ts';

const digest = createHash('sha256').update('a-secret-from-elsewhere').digest('base64url');

test('a client secret may stand in an environment variable', () => {
  const clients = [{ ...web, client_secret: { env: 'WEB_SECRET' } }];
  const secrets = { env: (name: string) => (name === 'WEB_SECRET' ? 'a-secret-from-elsewhere' : undefined) };
  assert.equal(completed({ clients }, { secrets }).settings.clients[0]?.secretHash, digest);
});

test('a client secret may stand in a file', () => {
  const clients = [{ ...web, client_secret: { file: 'web.secret' } }];
  const secrets = { file: (path: string) => (path === 'web.secret' ? 'a-secret-from-elsewhere' : '') };
  assert.equal(completed({ clients }, { secrets }).settings.clients[0]?.secretHash, digest);
});

test('a password may stand in an environment variable', () => {
  const users = [{ username: 'ada', password: { env: 'ADA' } }];
  const secrets = { env: () => 'five words in a row' };
  assert.deepEqual(completed({ users }, { secrets }).settings.users, [
    { username: 'ada', password: 'five words in a row', claims: {} },
  ]);
});

test('a variable that is not set is named', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, client_secret: { env: 'WEB_SECRET' } }] }), [
    'clients[0].client_secret: the environment variable WEB_SECRET is not set; set it before the start',
  ]);
});

test('a file that cannot be read is named, with the reason', () => {
  assert.deepEqual(errorsOf({ users: [{ username: 'ada', password: { file: 'ada.txt' } }] }), [
    'users[0].password: the file "ada.txt" cannot be read (ENOENT); paths begin at the configuration file',
  ]);
});

test('an empty file is no secret', () => {
  const users = [{ username: 'ada', password: { file: 'ada.txt' } }];
  assert.deepEqual(errorsOf({ users }, { secrets: { file: () => '' } }), [
    'users[0].password: the file "ada.txt" is empty',
  ]);
});
