import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eventsIn } from './event-stream.ts';

async function parse(chunks: readonly string[], maxLength = 1_000): Promise<string[]> {
  async function* bytes() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  const events: string[] = [];
  for await (const { name, data } of eventsIn(bytes(), maxLength)) events.push(`${name}=${data}`);
  return events;
}

describe('server-sent events (HTML Living Standard 9.2.5)', () => {
  for (const [what, text, expected] of [
    ['are named and hold data', 'event: a\ndata: 1\n\n', ['a=1']],
    ['need no name', 'data: 1\n\ndata: 2\n\n', ['message=1', 'message=2']],
    ['may have several lines', 'data: 1\ndata: 2\n\n', ['message=1\n2']],
    ['may end lines in three ways', 'data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n', ['message=1', 'message=2', 'message=3']],
    ['need no space', 'data:1\n\n', ['message=1']],
    ['lose one space only', 'data:  1\n\n', ['message= 1']],
    ['without data are none', 'event: a\n\ndata: 1\n\n', ['message=1']],
    ['that did not end are none', 'data: 1\n\ndata: 2\n', ['message=1']],
    ['may be empty', 'data\n\n', ['message=']],
    ['stand between comments', ': hello\n\ndata: 1\n: more\n\n', ['message=1']],
    ['may hold fields that nobody knows', 'what: 1\nid: 7\nretry: 5\ndata: 1\n\n', ['message=1']],
  ] as const)
    it(what, async () => assert.deepEqual(await parse([text]), expected));

  it('are the same however the bytes arrive', async () => {
    const text = 'event: a\r\ndata: one\r\ndata: two\r\n\r\n: x\r\rdata: three\n\nevent: b\ndata: four\n\n';
    const whole = await parse([text]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 20 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, each) => text.slice(at[each], end));
        assert.deepEqual(await parse(chunks), whole);
      }),
    );
  });

  it('are not longer than what can be held', async () => {
    await assert.rejects(parse(['data: ', 'x'.repeat(600), 'x'.repeat(600)]), RangeError);
    await assert.rejects(parse(Array.from({ length: 30 }, () => `data: ${'x'.repeat(50)}\n`)), RangeError);
  });
});
