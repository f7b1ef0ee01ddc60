import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleLook, signInView } from './sample-pages.ts';
import { signInPage } from './sign-in-page.ts';
import type { SignInView } from './sign-in-page.ts';

const ada = { name: 'Ada', username: 'ada@example.com' };

function page(changes: Partial<SignInView> = {}): string {
  return signInPage({ ...signInView, ...changes }, sampleLook);
}

function tag(markup: string, start: string): string {
  const from = markup.indexOf(start);
  assert.notEqual(from, -1, start);
  return markup.slice(from, markup.indexOf('>', from) + 1);
}

test('says where the person goes on, in the title and in the heading', () => {
  assert.match(page(), /<title>Sign in to continue to Lab SPA<\/title>/);
  assert.match(page(), /<h1>Sign in to continue to <bdi>Lab SPA<\/bdi><\/h1>/);
});

test('posts ticket and csrf to the action', () => {
  assert.match(
    page(),
    /<form method="post" action="\/sign-in"><input type="hidden" name="ticket" value="tic_4f7a"><input type="hidden" name="csrf" value="csrf_9d21">/,
  );
});

test('fields have labels and the right autocomplete', () => {
  assert.match(tag(page(), '<input id="username"'), /name="username" type="text" autocomplete="username"/);
  assert.match(tag(page(), '<input id="password"'), /name="password" type="password" autocomplete="current-password"/);
  assert.match(page(), /<label for="username">Username<\/label>\n<input id="username"/);
  assert.match(page(), /<label for="password">Password<\/label>\n<input id="password"/);
});

test('the password is never filled in', () => {
  assert.doesNotMatch(tag(page({ loginHint: 'ada' }), '<input id="password"'), /value/);
});

test('a login hint fills the username and moves the focus to the password', () => {
  const hinted = page({ loginHint: 'ada@example.com' });
  assert.match(tag(hinted, '<input id="username"'), /value="ada@example.com">/);
  assert.match(tag(hinted, '<input id="password"'), /autofocus/);
  assert.equal(hinted.match(/autofocus/g)?.length, 1);
  assert.match(tag(page(), '<input id="username"'), /autofocus/);
});

test('the first button signs in, so that Enter does; cancel comes after it and skips the checks of the form', () => {
  const buttons = page().match(/<button[^>]*>/g);
  assert.deepEqual(buttons, [
    '<button class="primary">',
    '<button class="quiet" name="action" value="cancel" formnovalidate>',
  ]);
});

test('wrong credentials are announced, described beside both fields, and in the title', () => {
  const failed = page({ error: { kind: 'wrong_credentials' }, loginHint: 'ada' });
  assert.match(failed, /<title>Error: /);
  assert.match(failed, /<p class="alert danger" role="alert" id="problem">That username and password do not match/);
  for (const field of ['username', 'password'])
    assert.match(tag(failed, `<input id="${field}"`), /aria-describedby="problem" aria-invalid="true"/);
});

test('too many attempts: says how long to wait, and blames no field', () => {
  const limited = page({ error: { kind: 'too_many_attempts', retryAfterSeconds: 90 } });
  assert.match(limited, /Too many tries. Try again in 2 minutes\./);
  assert.doesNotMatch(limited, /aria-invalid/);
});

test('an expired page says so', () => {
  assert.match(page({ error: { kind: 'session_expired' } }), /role="alert"[^>]*>This page waited too long/);
});

test('without an error nothing is announced', () => {
  assert.doesNotMatch(page(), /role="alert"|aria-describedby/);
});

test('who is signed in may go on with one button, in a form of its own with ticket and csrf', () => {
  const choice = page({ signedInAs: ada });
  assert.match(
    choice,
    /name="ticket" value="tic_4f7a"><input type="hidden" name="csrf" value="csrf_9d21">\n<button class="primary two-lines" name="account" value="current"><span>Continue as <bdi>Ada<\/bdi>/,
  );
  assert.equal(choice.match(/<form /g)?.length, 2);
  assert.equal(choice.match(/class="primary/g)?.length, 1);
});

test('the focus does not start beyond the button that continues, except after an error', () => {
  assert.doesNotMatch(page({ signedInAs: ada }), /autofocus/);
  assert.match(
    tag(page({ signedInAs: ada, error: { kind: 'wrong_credentials' } }), '<input id="username"'),
    /autofocus/,
  );
});

test('reauthentication fixes the username and offers no way around the password', () => {
  const again = page({ signedInAs: ada, reauthenticate: true, loginHint: 'eve@example.com' });
  assert.match(tag(again, '<input id="username"'), /value="ada@example.com" readonly>/);
  assert.doesNotMatch(again, /value="current"|eve@example\.com/);
  assert.match(again, /<h1>Confirm it is you to continue to/);
});

test('speaks German, and says so to the browser', () => {
  const german = signInPage(signInView, { ...sampleLook, locale: 'de' });
  assert.match(german, /<html lang="de">/);
  assert.match(german, /<h1>Anmelden, um mit <bdi>Lab SPA<\/bdi> fortzufahren<\/h1>/);
});

test('a client name that turns the direction of text is made harmless', () => {
  assert.match(page({ client: { name: 'Bank\u202E\u0000' } }), /<title>Sign in to continue to Bank<\/title>/);
});
