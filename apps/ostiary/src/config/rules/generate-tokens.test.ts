import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, errorsOf, problemsOf, spa, web } from '../config.fixture.ts';

test('a back end may have tokens made, with the claims that are named, and needs no redirect URI', () => {
  const client = { ...web, redirect_uris: [], generateTokens: { claims: ['role'] } };
  assert.deepEqual(problemsOf({ clients: [client] }), []);
  assert.deepEqual(completed({ clients: [client] }).settings.clients[0]?.metadata.generateTokens, { claims: ['role'] });
});

test('no claims are named unless they are', () => {
  const [client] = completed({ clients: [{ ...web, generateTokens: {} }] }).settings.clients;
  assert.deepEqual(client?.metadata.generateTokens, { claims: [] });
});

test('a client that does not authenticate may not', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...spa, generateTokens: {} }] }), [
    'clients[0].generateTokens: is for web clients that authenticate; remove it',
  ]);
});

test('claims that the issuer sets, or that mean something to all, are refused', () => {
  const claims = ['role', 'exp', 'cnf', 'groups'];
  assert.deepEqual(
    errorsOf({ clients: [{ ...web, generateTokens: { claims } }] }),
    ['exp', 'cnf', 'groups'].map(
      (name, index) =>
        `clients[0].generateTokens.claims[${index + 1}]: ${name} is set by the issuer alone, or has a meaning for all; use another name`,
    ),
  );
});
