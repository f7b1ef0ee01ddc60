import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consentPage } from './consent-page.ts';
import { consentView, sampleLook } from './sample-pages.ts';

const page = consentPage(consentView, sampleLook);

test('says who asks, who is signed in, and where the person goes afterwards', () => {
  assert.match(page, /<h1><bdi>Lab SPA<\/bdi> asks for access<\/h1>/);
  assert.match(page, /You are signed in as <bdi>Ada<\/bdi> \(<bdi>ada@example\.com<\/bdi>\)/);
  assert.match(page, /Afterwards you go to <bdi>lab\.example:4001<\/bdi>/);
});

test('says each permission in its words, with the API it is about', () => {
  assert.match(page, /<li>Read your expense reports <span class="quiet">at <bdi>Lab API<\/bdi><\/span><\/li>/);
});

test('says offline access in our own words, before everything else', () => {
  const list = page.slice(page.indexOf('<ul'));
  assert.match(
    list,
    /^<ul class="permissions"><li class="offline"><strong>Keep access when you are not using it<\/strong><br>It goes on while you are away, until you withdraw it\./,
  );
  assert.doesNotMatch(page, /Offline access/);
});

test('does not speak of offline access that is not asked for', () => {
  const online = consentPage(
    { ...consentView, permissions: consentView.permissions.filter(({ kind }) => kind !== 'offline') },
    sampleLook,
  );
  assert.doesNotMatch(online, /Keep access/);
});

test('folds away what is allowed already, and leaves the fold out when there is nothing in it', () => {
  assert.match(page, /<details><summary>Already allowed<\/summary>.*Know who you are.*<\/details>/);
  assert.doesNotMatch(consentPage({ ...consentView, alreadyGranted: [] }, sampleLook), /<details/);
});

test('the two buttons differ in nothing but value and word', () => {
  assert.match(
    page,
    /<button name="decision" value="deny">Do not allow<\/button><button name="decision" value="allow">Allow<\/button>/,
  );
});

test('posts ticket and csrf to the action', () => {
  assert.match(
    page,
    /<form method="post" action="\/sign-in"><input type="hidden" name="ticket" value="tic_4f7a"><input type="hidden" name="csrf" value="csrf_9d21">/,
  );
});
