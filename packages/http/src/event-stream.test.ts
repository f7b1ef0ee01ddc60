import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventStream, type StreamEvent } from './event-stream.ts';

const opened = () => eventStream<StreamEvent>((event) => event);
const small = { id: '1', event: 'news', data: 'x' };
const large = { id: '2', event: 'news', data: 'x'.repeat(600_000) };

test('an event is written as the standard has it', async () => {
  const stream = opened();
  stream.send(small);
  stream.send({ ...small, id: '2' });
  stream.end();
  assert.equal(
    await new Response(stream.body).text(),
    'id: 1\nevent: news\ndata: x\n\nid: 2\nevent: news\ndata: x\n\n',
  );
});

test('a reader that does not read is cut off, and whoever sends goes on', async () => {
  const stream = opened();
  let hasLeft = false;
  stream.whenLeft(() => (hasLeft = true));
  for (let count = 0; count < 10; count += 1) stream.send({ ...large });
  await new Promise(setImmediate);
  assert.ok(hasLeft);
  stream.send(small);
  stream.end();
  await assert.rejects(new Response(stream.body).text());
});

test('its connection is closed where the host can do that', async () => {
  let closed = 0;
  const stream = eventStream<StreamEvent>(
    (event) => event,
    () => (closed += 1),
  );
  for (let count = 0; count < 10; count += 1) stream.send({ ...large });
  stream.end();
  assert.equal(closed, 1);
});

test('the first thing sent may be of any size, and what waits beside it may be a megabyte', async () => {
  const stream = opened();
  stream.send({ ...small, data: 'x'.repeat(5_000_000) });
  stream.send(large);
  stream.end();
  assert.ok((await new Response(stream.body).text()).length > 5_600_000);
});

test('a reader that leaves is told of once, and is sent nothing more', async () => {
  const stream = opened();
  let left = 0;
  await stream.body.cancel();
  stream.send(small);
  stream.end();
  stream.whenLeft(() => (left += 1));
  await new Promise(setImmediate);
  assert.equal(left, 1);
});
