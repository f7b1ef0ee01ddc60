import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStories } from './story.ts';

const first = { accessToken: 'a1', expiresAtMs: 10, refreshToken: 'r1', isRenewed: false };

function factsOf(stories: ReturnType<typeof createStories>, sid = 'ses_1') {
  return stories
    .of(sid)
    .map(({ fact }) =>
      fact !== undefined && 'tokens' in fact ? [fact.kind, fact.tokens.generation] : [fact?.kind, undefined],
    );
}

test('a token that was seen before is no news', () => {
  const stories = createStories();
  stories.sawTokens('ses_1', 0, first);
  stories.sawTokens('ses_1', 1, first);
  assert.deepEqual(factsOf(stories), [['signed-in', 0]]);
});

test('a renewal that keeps the refresh token keeps its generation; one that replaces it counts on', () => {
  const stories = createStories();
  stories.sawTokens('ses_1', 0, first);
  stories.sawTokens('ses_1', 1, { ...first, accessToken: 'a2', isRenewed: true });
  stories.sawTokens('ses_1', 2, { ...first, accessToken: 'a3', refreshToken: 'r2', isRenewed: true });
  assert.deepEqual(factsOf(stories), [
    ['signed-in', 0],
    ['renewed', 0],
    ['renewed', 1],
  ]);
});

test('other tokens without a renewal are another sign-in', () => {
  const stories = createStories();
  stories.sawTokens('ses_1', 0, first);
  stories.sawTokens('ses_1', 1, { ...first, accessToken: 'a2', refreshToken: 'r9' });
  assert.deepEqual(factsOf(stories), [
    ['signed-in', 0],
    ['signed-in', 0],
  ]);
});

test('no token is in a story, and stories do not know of each other', () => {
  const stories = createStories();
  stories.sawTokens('ses_1', 0, { ...first, accessToken: 'secret-access', refreshToken: 'secret-refresh' });
  stories.happened('ses_2', 0, { kind: 'called', api: 'reports', status: 200 });
  assert.doesNotMatch(JSON.stringify(stories.of('ses_1')), /secret/);
  assert.equal(stories.of('ses_2').length, 1);
});

test('the oldest stories are forgotten, and the beginning of a long one', () => {
  const stories = createStories();
  for (let number = 0; number < 200; number += 1)
    stories.happened(`ses_${number}`, number, { kind: 'called', api: 'reports', status: 200 });
  assert.deepEqual([stories.of('ses_99').length, stories.of('ses_100').length], [0, 1]);
  for (let number = 0; number < 200; number += 1)
    stories.happened('ses_199', number, { kind: 'called', api: 'reports', status: 200 });
  assert.equal(stories.of('ses_199').length, 80);
  assert.equal(stories.of('ses_199').at(-1)?.number, 201);
});
