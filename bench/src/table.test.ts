import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownTable, textTable } from './table.ts';

const HEAD = ['subject', 'us'];
const ROWS = [
  ['floor', '7.5'],
  ['oidc-provider', '1234.0'],
];

test('a text table aligns names to the left and figures to the right', () => {
  assert.equal(
    textTable(HEAD, ROWS),
    ['subject            us', '-------------  ------', 'floor             7.5', 'oidc-provider  1234.0'].join('\n'),
  );
});

test('a table without rows is its head', () => {
  assert.equal(textTable(HEAD, []), 'subject  us\n-------  --');
});

test('a Markdown table says which columns are figures', () => {
  assert.equal(
    markdownTable(HEAD, ROWS),
    '| subject | us |\n| --- | ---: |\n| floor | 7.5 |\n| oidc-provider | 1234.0 |',
  );
});
