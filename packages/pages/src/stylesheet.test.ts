import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locales } from './locale.ts';
import { sampleLook, samplePages } from './sample-pages.ts';
import { stylesheet } from './stylesheet.ts';

const { css, hash } = stylesheet(sampleLook.theme);

test('the hash changes with the text and fits into a path', () => {
  assert.match(hash, /^[\w-]{12}$/u);
  assert.equal(stylesheet({ productName: 'Another name' }).hash, hash);
  assert.notEqual(stylesheet({ ...sampleLook.theme, cssTokens: { accent: '#123456' } }).hash, hash);
});

test('the stylesheet loads nothing', () => {
  assert.doesNotMatch(css, /url\(|@import|@font-face/u);
});

test('every custom property that is used is a token', () => {
  for (const [, name] of css.matchAll(/var\(--([\w-]+)/gu)) assert.ok(css.includes(`--${name}:`), name);
});

for (const locale of locales) {
  for (const page of samplePages({ ...sampleLook, locale })) {
    const written = page.render(page.input);

    test(`${page.name} in ${locale}: page and stylesheet weigh under 15 KB, rooms under 25`, () => {
      const weight = Buffer.byteLength(written) + Buffer.byteLength(css);
      assert.ok(weight < (page.family === 'room' ? 25_000 : 15_000), `${weight} bytes`);
    });

    test(`${page.name} in ${locale}: no inline style, no handler, no script but the one of form_post`, () => {
      assert.doesNotMatch(written, /<style|\sstyle=|\son[a-z]+=/u);
      assert.equal(/<script/u.test(written), page.family === 'bare');
    });
  }
}

test('what moves, moves only where the person has not asked for less', () => {
  const outside = css.replace(/@media \(prefers-reduced-motion:no-preference\)\{[^\n]*\}/u, '');
  assert.notEqual(outside, css);
  assert.doesNotMatch(outside, /transition|animation/u);
});
