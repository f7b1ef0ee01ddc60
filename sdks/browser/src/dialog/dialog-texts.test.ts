import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextReadOut, textsIn, timeInWords } from './dialog-texts.ts';

describe('the texts of the dialog', () => {
  it('are German where the page is, and English where nothing else is known', () => {
    assert.equal(textsIn('de-AT').texts.continue, 'Fortfahren');
    assert.deepEqual(textsIn('fr'), textsIn('en'));
    assert.deepEqual(textsIn('constructor'), textsIn(''));
  });

  it('are the same in number and kind in all languages', () => {
    assert.deepEqual(Object.keys(textsIn('de').texts), Object.keys(textsIn('en').texts));
  });

  it('make place for those of the app, in any language', () => {
    const { language, texts } = textsIn('fr', { continue: 'Continuer' });
    assert.deepEqual([language, texts.continue, texts.signOut], ['fr', 'Continuer', 'Sign out']);
  });

  it('say the time in words', () => {
    assert.equal(timeInWords(61, 'en'), '1 minute, 1 second');
    assert.equal(timeInWords(120, 'de'), '2 Minuten');
    assert.equal(timeInWords(0, 'en'), '0 seconds');
  });
});

describe('reading out the time', () => {
  it('comes every minute, and at 30, 20 and 10 seconds', () => {
    const heard = [];
    for (let left = 150; left > 0; left = nextReadOut(left)) heard.push(left);
    assert.deepEqual(heard, [150, 120, 60, 30, 20, 10]);
  });
});
