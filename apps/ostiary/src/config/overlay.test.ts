import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyOverlay, layOver } from './overlay.ts';

const file = {
  issuer: 'http://localhost:4000',
  apis: [
    { identifier: 'https://a.example', name: 'A', accessTokenSeconds: 60 },
    { identifier: 'https://b.example', name: 'B' },
  ],
  clients: [{ client_id: 'web', apis: { 'https://a.example': ['read'] } }],
};

test('fields of the overlay stand in place of those of the file, and the file stays as it is', () => {
  const laid = layOver(file, {
    apis: { 'https://a.example': { accessTokenSeconds: 10 } },
    clients: { web: { apis: {} } },
  });
  assert.deepEqual(laid, {
    ...file,
    apis: [{ ...file.apis[0], accessTokenSeconds: 10 }, file.apis[1]],
    clients: [{ client_id: 'web', apis: {} }],
  });
  assert.equal(file.apis[0]?.accessTokenSeconds, 60);
});

test('what the file does not have is not made by the overlay', () => {
  assert.deepEqual(layOver(file, { ...emptyOverlay, apis: { 'https://c.example': { name: 'C' } } }), file);
  assert.deepEqual(layOver({ issuer: 'x' }, { ...emptyOverlay, clients: { web: { apis: {} } } }), { issuer: 'x' });
});

test('a file that is no object, and lists that are none, are left for the rules to refuse', () => {
  const overlay = { ...emptyOverlay, apis: { constructor: { name: 'C' } } };
  for (const input of [undefined, 'text', ['list'], { apis: 'text' }, { apis: [null, 'a', { identifier: 7 }, {}] }])
    assert.deepEqual(layOver(input, overlay), input);
});
