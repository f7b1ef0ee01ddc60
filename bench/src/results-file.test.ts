import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultsPage } from './results-file.ts';

test('the page has the conditions, the tables and the notes', () => {
  const table = { title: 'refresh', head: ['subject', 'us'], rows: [['floor', '200']] };
  assert.equal(
    resultsPage(['2 cores'], [table], ['a note']),
    '# What `npm run bench -- --write` printed\n\n- 2 cores\n\n## refresh\n\n| subject | us |\n| --- | ---: |\n| floor | 200 |\n\n- a note\n',
  );
});

test('the page has no empty list', () => {
  assert.equal(resultsPage(['2 cores'], [], []), '# What `npm run bench -- --write` printed\n\n- 2 cores\n');
});
