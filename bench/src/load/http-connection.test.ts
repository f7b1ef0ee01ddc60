import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAnswer } from './http-connection.ts';

const WITH_LENGTH = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":"é"}'.replace(
  '9',
  '10',
);
const CHUNKED =
  'HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\na\r\n:"01234"}\n\r\n0\r\n\r\n';

test('a body of given length is counted in bytes', () => {
  assert.deepEqual(parseAnswer(Buffer.from(WITH_LENGTH)), { status: 200, body: '{"a":"é"}' });
});

test('chunks are put together', () => {
  assert.deepEqual(parseAnswer(Buffer.from(CHUNKED)), { status: 400, body: '{"a":"01234"}\n' });
});

test('an answer is not there before its last byte', () => {
  for (const answer of [WITH_LENGTH, CHUNKED]) {
    const bytes = Buffer.from(answer);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(parseAnswer(bytes.subarray(0, length)), undefined, `${length} of ${bytes.length} bytes`);
    }
  }
});

test('an answer with neither length nor chunks has no body', () => {
  assert.deepEqual(parseAnswer(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n')), { status: 204, body: '' });
});
