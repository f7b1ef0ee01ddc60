import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { formPostPage, formPostScript, formPostScriptHashSource } from './form-post-page.ts';
import { formPostView } from './sample-pages.ts';

const page = formPostPage(formPostView);

test('posts every parameter, exactly, to the redirect URI', () => {
  assert.match(
    page,
    /<form method="post" action="https:\/\/lab\.example\/callback"><input type="hidden" name="code" value="oac_5d1f"><input type="hidden" name="state" value="b1946ac9">/,
  );
  assert.match(formPostPage({ ...formPostView, params: { state: `a&b"<'` } }), /value="a&amp;b&quot;&lt;&#39;"/);
});

test('the script in the page is the one whose hash the policy names', () => {
  const [, script = ''] = /<script>(.*)<\/script>/u.exec(page) ?? [];
  assert.equal(script, formPostScript);
  assert.equal(formPostScriptHashSource, `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
});

test('the script submits the form even when a parameter is called submit', () => {
  const form = { submit: 'the field of that name' };
  const submitted: unknown[] = [];
  const submit = function (this: unknown): void {
    submitted.push(this);
  };
  runInNewContext(formPostScript, { document: { forms: [form] }, HTMLFormElement: { prototype: { submit } } });
  assert.deepEqual(submitted, [form]);
});

test('without script there is a button, in the language of the person', () => {
  assert.match(page, /<noscript><h1>Going back to the app<\/h1><button>Continue<\/button><\/noscript>/);
  assert.match(formPostPage({ ...formPostView, locale: 'de' }), /<html lang="de">.*<button>Weiter<\/button>/su);
});

test('an address with script in it is not posted to', () => {
  assert.match(formPostPage({ ...formPostView, target: 'javascript:alert(1)' }), /action="about:blank#blocked"/);
});
