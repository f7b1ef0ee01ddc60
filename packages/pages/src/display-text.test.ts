import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayText, initialOf, visibleText } from './display-text.ts';

test('characters that turn the direction of text are taken out of a name', () => {
  assert.equal(displayText('Bank\u202Egnp.\u202C\u2066\u2069\u200F\u061C'), 'Bankgnp.');
});

test('characters that cannot be seen are taken out of a name', () => {
  assert.equal(displayText('Pay\u200BPal\u2060\uFEFF\u00AD\u{E0041}\u0000\u001B'), 'PayPal');
});

test('a name stands on one line', () => {
  assert.equal(displayText('  Lab\r\n\tSPA\u2028x\u00A0y '), 'Lab SPA x y');
});

test('a name that cannot be seen at all becomes a question mark', () => {
  assert.equal(displayText('\u200B\u202E'), '?');
  assert.equal(displayText(''), '?');
});

test('a name is at most 80 characters as a reader counts them', () => {
  assert.equal(displayText('é'.repeat(80)), 'é'.repeat(80));
  assert.equal(displayText('a'.repeat(81)), `${'a'.repeat(79)}…`);
});

test('a tower of accents is cut down', () => {
  assert.equal(displayText(`a${'\u0301'.repeat(50)}b`).match(/\u0301/gu)?.length, 4);
});

test('names in other scripts stay as they are', () => {
  for (const name of ['日本語アプリ', 'שלום', 'Ünïcödé', 'تطبيق', '🦊 Fox']) assert.equal(displayText(name), name);
});

test('the initial is a whole character, in upper case', () => {
  assert.equal(initialOf('lab'), 'L');
  assert.equal(initialOf('🇩🇪 app'), '🇩🇪');
  assert.equal(initialOf('\u202Eevil'), 'E');
});

test('a value for a developer keeps everything and spells out what cannot be seen', () => {
  assert.equal(visibleText('https://a/\u202Eb\u0000 c\n'), 'https://a/\\u{202e}b\\u{0} c\\u{a}');
});
