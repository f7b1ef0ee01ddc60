import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseForm } from './page-form.ts';

const PAGE = new URL('http://localhost:4000/sign-in?ticket=t');

test('the sign-in form is found among others, with its hidden values and its target', () => {
  const form = parseForm(
    `<form action="/language" method="post"><input type="hidden" name="to" value="de"></form>
     <form method="post" action="/sign-in?a=1&amp;b=2">
       <input type="hidden" name="csrf" value="&quot;x&quot;"><input name="username" value="typed"><input type="password" name="password">
     </form>`,
    PAGE,
  );
  assert.equal(form.action.href, 'http://localhost:4000/sign-in?a=1&b=2');
  assert.deepEqual(form.values, { csrf: '"x"' });
  assert.deepEqual(form.fields, ['csrf', 'username', 'password']);
});

test('a consent form is known by its decision buttons, and goes to its own page without an action', () => {
  const form = parseForm('<form method="post"><button name="decision" value="allow">Allow</button></form>', PAGE);
  assert.equal(form.action.href, PAGE.href);
  assert.deepEqual(form.values, {});
});

test('a page without such a form is quoted', () => {
  assert.throws(() => parseForm('<h1>Something went wrong</h1>', PAGE), /\/sign-in: .*Something went wrong/);
});
