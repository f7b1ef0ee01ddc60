import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPostPage } from './form-post-page.ts';
import { pageSkeleton } from './page-skeleton.ts';
import { formPostView, sampleLook, samplePages } from './sample-pages.ts';
import type { SamplePage } from './sample-pages.ts';

const attacks = [
  '"><script>alert(1)</script>',
  "' onfocus=alert(1) autofocus x='",
  '</title></textarea><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<!--',
  ']]><svg/onload=alert(1)>',
  'javascript:alert(1)',
  ' java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '//evil.example/',
  '/\\evil.example/',
  'a\u202Egnp.exe\u2066\u0000\u0007\uD800',
];

/** Codes from a closed list: the type keeps anything else out, so no attack can stand there. */
const codes = new Set(['kind', 'problem', 'cause', 'locale']);

const look = { ...sampleLook, theme: { ...sampleLook.theme, logoUrl: '/brand.svg' } };

for (const page of samplePages(look)) {
  for (const path of stringPaths(page.input)) {
    test(`${page.name}: ${path.join('.')} cannot break out of its place`, () => {
      // The reference value is an attack on nothing: another string in the same place, so that what depends on presence stays.
      const expected = pageSkeleton(page.render(replaced(page.input, path, 'x')));
      for (const attack of attacks) {
        const attacked = page.render(replaced(page.input, path, attack));
        assert.equal(pageSkeleton(attacked), expected, attack);
        assertNoBadAddress(attacked, attack);
      }
    });
  }
}

test('the walk reaches every kind of field that comes from outside', () => {
  const all = new Set(samplePages(look).flatMap((page) => stringPaths(page.input).map((path) => path.at(-1))));
  for (const field of [
    'name',
    'loginHint',
    'ticket',
    'csrf',
    'state',
    'target',
    'sent',
    'description',
    'deviceName',
    'clientName',
    'text',
    'href',
    'productName',
    'logoUrl',
  ]) {
    assert.ok(all.has(field), field);
  }
});

test('form_post: the names of parameters cannot break out either', () => {
  const expected = pageSkeleton(formPostPage({ ...formPostView, params: { x: '1' } }));
  for (const attack of attacks)
    assert.equal(pageSkeleton(formPostPage({ ...formPostView, params: { [attack]: '1' } })), expected);
});

test('a page that did not escape would be found', () => {
  const careless: SamplePage = {
    name: 'careless',
    family: 'bare',
    input: { name: 'Ada' },
    render: (input) => `<p title="${String(Object.values(Object(input))[0])}">Hi</p>`,
  };
  assert.throws(() =>
    assert.equal(pageSkeleton(careless.render({ name: attacks[0] })), pageSkeleton(careless.render(careless.input))),
  );
});

function assertNoBadAddress(page: string, attack: string): void {
  for (const [, address] of page.matchAll(/\s(?:href|src|action)="([^"]*)"/g)) {
    assert.match(address ?? '', /^(?:https?:\/\/|\/(?![/\\])|about:blank#blocked$)/u, attack);
  }
}

function stringPaths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === 'string') return codes.has(path.at(-1) ?? '') ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringPaths(inner, [...path, key]));
}

function replaced(value: unknown, path: readonly string[], put: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) => (String(index) === key ? replaced(inner, rest, put) : inner));
  const entries = Object.entries(Object(value)).map(([name, inner]) => [
    name,
    name === key ? replaced(inner, rest, put) : inner,
  ]);
  return Object.fromEntries(entries);
}
