import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, errorsOf, problemsOf, spa } from '../config.fixture.ts';

test('a client_id stands once', () => {
  assert.deepEqual(errorsOf({ clients: [spa, { ...spa, client_id: 'other' }, spa] }), [
    'clients[2].client_id: "spa" is already clients[0].client_id; rename or remove one of them',
  ]);
});

test('an API identifier stands once', () => {
  assert.deepEqual(errorsOf({ apis: [api, api] }), [
    'apis[1].identifier: "https://api.example.com" is already apis[0].identifier; rename or remove one of them',
  ]);
});

test('a username stands once, however it is written', () => {
  const password = 'four words and more';
  const users = [
    { username: 'ada@example.com', password },
    { username: 'Ada@Example.com ', password },
  ];
  assert.deepEqual(errorsOf({ users }), [
    'users[1].username: "ada@example.com" is already users[0].username; rename or remove one of them',
  ]);
});

test('a client uses APIs and scopes that are there', () => {
  assert.deepEqual(
    problemsOf({ apis: [api], clients: [{ ...spa, apis: { [api.identifier]: ['read:reports'] } }] }),
    [],
  );
});

test('an API that is not there is named, with the one that was meant', () => {
  assert.deepEqual(errorsOf({ apis: [api], clients: [{ ...spa, apis: { 'https://api.exmple.com': [] } }] }), [
    'clients[0].apis["https://api.exmple.com"]: "https://api.exmple.com" is no API; did you mean "https://api.example.com"?',
  ]);
});

test('a scope that the API does not have is named, with those it has', () => {
  const apis = { [api.identifier]: ['read:reports', 'drive'] };
  assert.deepEqual(errorsOf({ apis: [api], clients: [{ ...spa, apis }] }), [
    'clients[0].apis["https://api.example.com"][1]: "drive" is no scope of this API; there are: read:reports',
  ]);
});

test('where there is no API at all, it says so', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...spa, apis: { 'https://api.example.com': [] } }] }), [
    'clients[0].apis["https://api.example.com"]: "https://api.example.com" is no API; there is none',
  ]);
});

test('an API that cannot be read is not also called unknown', () => {
  assert.deepEqual(errorsOf({ apis: [{ ...api, name: 5 }], clients: [{ ...spa, apis: { [api.identifier]: [] } }] }), [
    'apis[0].name: must be a text, not 5',
  ]);
});
