import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleLook, signOutView, signedOutView } from './sample-pages.ts';
import { signOutPage } from './sign-out-page.ts';
import { signedOutPage } from './signed-out-page.ts';

test('asks before signing out, with both decisions', () => {
  const page = signOutPage(signOutView, sampleLook);
  assert.match(
    page,
    /<button class="primary" name="decision" value="sign_out">Sign out<\/button>\n<button class="quiet" name="decision" value="stay">Stay signed in<\/button>/,
  );
  assert.match(page, /<bdi>Lab SPA<\/bdi> asks to sign you out\./);
  assert.match(page, /name="ticket" value="tic_4f7a"><input type="hidden" name="csrf" value="csrf_9d21">/);
});

test('without an app that asks there is no ticket and no app', () => {
  const page = signOutPage({ action: '/sign-out', csrf: 'c', signedInAs: { name: 'Ada' } }, sampleLook);
  assert.doesNotMatch(page, /ticket|asks to/);
});

test('signed out: leads back to the app only where there is a way', () => {
  assert.match(
    signedOutPage(signedOutView, sampleLook),
    /<a class="button" href="https:\/\/lab\.example\/">Back to <bdi>Lab SPA<\/bdi><\/a>/,
  );
  assert.doesNotMatch(signedOutPage({}, sampleLook), /<a /);
});
