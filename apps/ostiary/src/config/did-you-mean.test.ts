import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from './did-you-mean.ts';

const fields = ['client_id', 'client_name', 'redirect_uris', 'type'];

for (const [word, meant] of [
  ['clientId', 'client_id'],
  ['redirect_uri', 'redirect_uris'],
  ['redirectURIs', 'redirect_uris'],
  ['tpye', 'type'],
  ['cleint_name', 'client_name'],
  ['redirect', 'redirect_uris'],
  ['secret', undefined],
  ['x', undefined],
] as const) {
  test(`${word} means ${meant ?? 'nothing'}`, () => {
    assert.equal(closest(word, fields), meant);
  });
}
