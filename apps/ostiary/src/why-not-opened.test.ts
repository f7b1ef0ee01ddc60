import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNotOpened } from './why-not-opened.ts';

function fault(message: string, cause?: unknown, code?: string): Error {
  return Object.assign(new Error(message, { cause }), code === undefined ? {} : { code });
}

test('a known code beneath is told in words', () => {
  const refused = fault('PostgreSQL: connect: ECONNREFUSED', fault('connect', fault('', undefined, 'ECONNREFUSED')));
  assert.equal(whyNotOpened(refused), 'nobody listens there');
  const untrusted = fault('connect', fault('self-signed certificate', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'));
  assert.match(whyNotOpened(untrusted), /^its certificate is signed by nobody .*storage\.postgres\.ca$/);
});

test('what is not known is told as it was, with what lies beneath it, once', () => {
  assert.equal(whyNotOpened(fault('disk I/O error')), 'disk I/O error');
  assert.equal(
    whyNotOpened(fault('connect: no answer', fault('does not do SSL'))),
    'connect: no answer: does not do SSL',
  );
  assert.equal(whyNotOpened(fault('connect: wrong password', fault('wrong password'))), 'connect: wrong password');
  assert.equal(whyNotOpened('nothing'), 'nothing');
});
