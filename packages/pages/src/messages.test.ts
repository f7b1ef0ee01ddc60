import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locales } from './locale.ts';
import { messagesIn } from './messages.ts';

/** Every text of a catalogue by its path, with `<0>` or `<client>` where a name goes. */
function texts(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, filled(value(slots()))]];
  return Object.entries(Object(value)).flatMap(([key, inner]) => texts(inner, path === '' ? key : `${path}.${key}`));
}

/** Serves both kinds of message: as one name, and as an object of names. */
function slots(): unknown {
  return Object.assign('<name>', { client: '<client>', device: '<device>' });
}

function filled(result: unknown): string {
  if (typeof result === 'string') return result;
  const { literals, names } = Object(result);
  return literals.map((literal: string, index: number) => literal + (names[index] ?? '')).join('');
}

const english = new Map(texts(messagesIn('en'), ''));

for (const locale of locales) {
  const catalogue = new Map(texts(messagesIn(locale), ''));

  test(`${locale}: has the same texts as English`, () => {
    assert.deepEqual([...catalogue.keys()].toSorted(), [...english.keys()].toSorted());
    assert.ok(catalogue.size > 100);
  });

  test(`${locale}: every text says something, and names what the English one names`, () => {
    for (const [path, text] of catalogue) {
      assert.ok(text.trim().length > 1, path);
      assert.deepEqual(namesIn(text), namesIn(english.get(path) ?? ''), path);
    }
  });

  test(`${locale}: says "sign in", not "log in" or "authenticate"`, () => {
    for (const [path, text] of catalogue)
      assert.doesNotMatch(text, /authenti|log.?in|einlogg|token|scope|consent/iu, path);
  });
}

test('German texts are not English ones', () => {
  const same = texts(messagesIn('de'), '').filter(([path, text]) => english.get(path) === text);
  assert.deepEqual(same.map(([path]) => path).toSorted(), ['account.app', 'account.apps', 'error.client']);
});

function namesIn(text: string): readonly string[] {
  return (text.match(/<\w+>/gu) ?? []).toSorted();
}
