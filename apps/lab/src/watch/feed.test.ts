import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFeed, tagIn } from './feed.ts';

describe('the feed', () => {
  it('gives what is new of a tag', () => {
    const feed = createFeed();
    for (const tag of ['engines', 'tea', 'engines']) feed.post({ atMs: 1, text: `about ${tag}`, tag });
    assert.deepEqual(
      feed.read('engines', 1).map(({ number }) => number),
      [3],
    );
    assert.deepEqual(
      feed.newest().map(({ number }) => number),
      [3, 2, 1],
    );
  });

  it('knows tags as people type them', () => {
    assert.deepEqual(['#Engines ', 'größe', 'a b', '', '#', 7].map(tagIn), [
      'engines',
      'größe',
      ...Array(4).fill(undefined),
    ]);
  });
});
