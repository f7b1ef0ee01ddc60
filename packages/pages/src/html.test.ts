import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { html, htmlText, trustMarkupUnescaped } from './html.ts';

test('strings are escaped in text and in quoted attributes', () => {
  const value = `<b title="x">'&`;
  assert.equal(
    htmlText(html`<p title="${value}">${value}</p>`),
    '<p title="&lt;b title=&quot;x&quot;&gt;&#39;&amp;">&lt;b title=&quot;x&quot;&gt;&#39;&amp;</p>',
  );
});

test('markup made by html is not escaped again, alone or in a list', () => {
  const item = html`<li>${'a&b'}</li>`;
  assert.equal(
    htmlText(html`<ul>${[item, item]}</ul>${item}`),
    '<ul><li>a&amp;b</li><li>a&amp;b</li></ul><li>a&amp;b</li>',
  );
});

test('undefined and false render as nothing, zero as 0', () => {
  assert.equal(htmlText(html`[${undefined}${false}${0}]`), '[0]');
});

test('a value in an attribute without quotes is refused', () => {
  assert.throws(() => html`<p class=${'x'}>`, /quotes/);
});

test('a lone surrogate becomes the replacement character', () => {
  assert.equal(htmlText(html`${'a\uD800b'}`), 'a\uFFFDb');
});

test('an object that only looks like markup is not markup', () => {
  const forged: unknown = JSON.parse('{"markup":"<script>"}');
  assert.ok(!htmlText(html`${String(forged)}`).includes('<'));
});

test('only the form_post page trusts markup without escaping, and only its constant script', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const callers = sources.filter(
    (name) =>
      name !== 'html.ts' && readFileSync(`${import.meta.dirname}/${name}`, 'utf8').includes('trustMarkupUnescaped('),
  );
  assert.deepEqual(callers, ['form-post-page.ts']);
  assert.equal(htmlText(trustMarkupUnescaped('<br>')), '<br>');
});
