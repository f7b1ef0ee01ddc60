import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addExchange, noteFact, shortenSecret, showBody, showPairs, showUrl } from './exchange-log.ts';
import type { Exchange } from './exchange-log.ts';

const exchange: Omit<Exchange, 'number'> = {
  atMs: 1,
  purpose: 'call',
  method: 'GET',
  url: 'http://localhost/',
  headers: [],
  fields: [],
  outcome: { kind: 'navigated' },
};

describe('the log', () => {
  it('numbers exchanges from 1 and never again', () => {
    let log: Exchange[] = [];
    for (let i = 0; i < 100; i += 1) log = addExchange(log, exchange);
    assert.equal(log.length, 80);
    assert.equal(log.at(0)?.number, 21);
    assert.equal(log.at(-1)?.number, 100);
  });

  it('notes a fact on the exchange that caused it', () => {
    const log = addExchange(addExchange([], exchange), exchange);
    const noted = noteFact(log, 1, { kind: 'called', api: 'reports', status: 200 });
    assert.deepEqual(
      noted.map(({ fact }) => fact?.kind),
      ['called', undefined],
    );
  });
});

describe('secrets', () => {
  const secret = 'ort_0123456789abcdefghijklmnopqrstuvwxyz0123456789';

  it('are shortened to less than a half, and short ones to nothing', () => {
    assert.equal(shortenSecret(secret), 'ort_0123…6789 (50 characters)');
    assert.equal(shortenSecret('password'), '… (8 characters)');
  });

  for (const name of [
    'refresh_token',
    'code',
    'code_verifier',
    'attempt',
    'id_token_hint',
    'Authorization',
    'client_secret',
  ]) {
    it(`of the field ${name} are not shown whole`, () => {
      assert.ok(!JSON.stringify(showPairs([[name, secret]])).includes(secret));
    });
  }

  it('in a URL and in a JSON body are not shown whole', () => {
    const shown = showUrl(new URL(`http://localhost/callback?code=${secret}&state=s`));
    assert.equal(shown.url, 'http://localhost/callback');
    assert.deepEqual(shown.fields[1], ['state', 's']);
    assert.ok(!JSON.stringify(shown).includes(secret));
    const body = showBody(JSON.stringify({ access_token: secret, expires_in: 3600 }));
    assert.ok(!body.includes(secret));
    assert.match(body, /"expires_in": 3600/);
  });
});

it('a body that is not JSON is shown as it is, cut', () => {
  assert.equal(showBody('<html>'), '<html>');
  assert.equal(showBody('x'.repeat(1000)).length, 401);
});
