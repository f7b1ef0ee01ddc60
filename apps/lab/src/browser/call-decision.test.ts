import assert from 'node:assert/strict';
import { it } from 'node:test';
import { afterCall, beforeCall } from './call-decision.ts';

const accessToken = `e30.${btoa('{"exp":100}')}.c2ln`;

it('S1.4: a token that is over is renewed before the call', () => {
  assert.equal(beforeCall({ accessToken, nowMs: 100_000, looksAtExp: true }), 'renew');
  assert.equal(beforeCall({ accessToken, nowMs: 99_999, looksAtExp: true }), 'send');
});

it('without the look at exp it is sent as it is', () => {
  assert.equal(beforeCall({ accessToken, nowMs: 100_000, looksAtExp: false }), 'send');
});

it('S1.4: a 401 means renew, once', () => {
  assert.equal(afterCall({ status: 401, treats403AsExpiry: false, hasRenewed: false }), 'renew');
  assert.equal(afterCall({ status: 401, treats403AsExpiry: false, hasRenewed: true }), 'refused');
});

it('S1.4: a 403 means renew, once, for an API that says 403 for expiry, and is final for others', () => {
  assert.equal(afterCall({ status: 403, treats403AsExpiry: true, hasRenewed: false }), 'renew');
  assert.equal(afterCall({ status: 403, treats403AsExpiry: true, hasRenewed: true }), 'refused');
  assert.equal(afterCall({ status: 403, treats403AsExpiry: false, hasRenewed: false }), 'refused');
});

it('any other status is an answer', () => {
  for (const status of [200, 204, 404, 429, 500, 503]) {
    assert.equal(afterCall({ status, treats403AsExpiry: true, hasRenewed: false }), 'done');
  }
});
