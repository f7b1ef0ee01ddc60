import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, completed, web } from '../config/config.fixture.ts';
import { configurationDigest } from './configuration-digest.ts';

const digestOf = (...args: Parameters<typeof completed>) => configurationDigest(completed(...args));

test('what nodes must have in common changes the digest', () => {
  const digests = [{}, { clients: [web] }, { session: { idleSeconds: 60 } }, { theme: { productName: 'Shop' } }].map(
    (config) => digestOf(config),
  );
  assert.equal(new Set(digests).size, digests.length);
});

test('secrets, and what may differ from node to node, do not', () => {
  const user = { username: 'ada@example.com', password: 'four words and more' };
  const first = digestOf({ apis: [api], clients: [web], users: [user] });
  const second = digestOf({
    apis: [{ ...api, secret: 'a-secret-of-this-api' }],
    clients: [{ ...web, client_secret: 'another-secret-of-the-client' }],
    users: [{ ...user, password: 'four other words here' }],
    listen: { port: 4321 },
    operations: { port: 'off' },
  });
  assert.equal(second, first);
});
