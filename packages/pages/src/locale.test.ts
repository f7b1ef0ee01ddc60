import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLocale } from './locale.ts';

test('ui_locales comes before Accept-Language', () => {
  assert.equal(chooseLocale('de', 'en'), 'de');
});

test('the first language of ui_locales that we speak is taken', () => {
  assert.equal(chooseLocale('fr-CA fr de-CH en', undefined), 'de');
});

test('Accept-Language is read by quality', () => {
  assert.equal(chooseLocale(undefined, 'fr, en;q=0.4, de-AT;q=0.8'), 'de');
  assert.equal(chooseLocale(undefined, 'de;q=0.1,en-GB'), 'en');
});

test('a language of quality 0 is not wanted', () => {
  assert.equal(chooseLocale(undefined, 'de;q=0, fr'), 'en');
});

test('without a wish that can be met, the page speaks English', () => {
  for (const header of [undefined, '', '*', 'fr', ';;;', 'q=1', 'de;q=banana', 'x'.repeat(100_000)])
    assert.equal(chooseLocale(undefined, header), 'en');
  assert.equal(chooseLocale('constructor __proto__', undefined), 'en');
});
