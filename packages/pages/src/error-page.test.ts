import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorPage } from './error-page.ts';
import type { DeveloperDetail } from './error-page.ts';
import { errorView, sampleLook } from './sample-pages.ts';

const page = errorPage(errorView, sampleLook);

function withUris(redirectUri: DeveloperDetail['redirectUri']): string {
  return errorPage(
    { ...errorView, developer: { error: 'invalid_request', ...(redirectUri && { redirectUri }) } },
    sampleLook,
  );
}

test('says what happened, what the person can do, and the reference', () => {
  assert.match(page, /<h1>You cannot be sent back to this app<\/h1>\n<p>The app asked us/);
  assert.match(page, /<h2>What you can do<\/h2>\n<p>There is nothing you need to change/);
  assert.match(page, /Reference: <code>req_7Hq2vT0mXb<\/code>/);
});

test('folds the detail for developers away', () => {
  assert.match(page, /<details><summary>Details for developers<\/summary>/);
  assert.doesNotMatch(errorPage({ problem: 'not_found', correlationId: 'req_1' }, sampleLook), /<details/);
});

test('redirect_uri mismatch: shows both values and marks what differs', () => {
  assert.match(
    page,
    /<dt>redirect_uri that was sent<\/dt><dd><code>https:\/\/lab\.example\/callback<mark>\/<\/mark><\/code><\/dd>/,
  );
  assert.match(
    page,
    /<dd><code>https:\/\/lab\.example\/callback<\/code><\/dd><dd><code>https:\/\/lab\.example\/<mark>silent<\/mark><\/code><\/dd>/,
  );
});

test('redirect_uri mismatch: marks what the sent value lacks', () => {
  assert.match(
    withUris({ sent: 'https://a.example/cb', registered: ['https://a.example/cb/'] }),
    /cb<\/code><\/dd>\n.*cb<mark>\/<\/mark><\/code>/,
  );
});

test('redirect_uri mismatch: invisible characters are spelled out', () => {
  assert.match(
    withUris({ sent: 'https://a/\u200Bcb', registered: ['https://a/cb'] }),
    /<code>https:\/\/a\/<mark>\\u\{200b\}cb<\/mark><\/code>/,
  );
});

test('redirect_uri mismatch: nothing sent, nothing registered', () => {
  assert.equal(withUris({ sent: undefined, registered: [] }).match(/<dd>\(none\)<\/dd>/g)?.length, 2);
});

test('a way back and a wait are shown only where there is one', () => {
  const bare = errorPage({ problem: 'server_error', correlationId: 'req_1' }, sampleLook);
  assert.doesNotMatch(bare, /href="(?!\/assets)|Try again in/);
  assert.match(page, /<a class="button" href="https:\/\/lab\.example\/">Go back<\/a>/);
  assert.match(page, /Try again in 2 minutes\./);
});
