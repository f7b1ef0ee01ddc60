import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenRules, tokens } from './tokens.ts';

type Colour =
  | 'surface'
  | 'raised'
  | 'text'
  | 'muted'
  | 'line-strong'
  | 'accent'
  | 'accent-soft'
  | 'on-accent'
  | 'danger'
  | 'danger-soft'
  | 'on-danger'
  | 'ok'
  | 'ok-soft'
  | 'mark';

/** Foreground, background, least contrast: 4.5 for text (WCAG 1.4.3), 3 for the edges of controls and focus (1.4.11). */
const pairs: readonly (readonly [Colour, Colour, number])[] = [
  ['text', 'surface', 4.5],
  ['text', 'raised', 4.5],
  ['text', 'accent-soft', 4.5],
  ['text', 'mark', 4.5],
  ['muted', 'surface', 4.5],
  ['muted', 'raised', 4.5],
  ['accent', 'raised', 4.5],
  ['accent', 'surface', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['on-accent', 'accent', 4.5],
  ['danger', 'danger-soft', 4.5],
  ['on-danger', 'danger', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['line-strong', 'raised', 3],
];

for (const scheme of ['light', 'dark'] as const) {
  for (const [front, back, least] of pairs) {
    test(`${scheme}: ${front} on ${back} has a contrast of at least ${least}`, () => {
      const measured = contrast(tokens[front][scheme], tokens[back][scheme]);
      assert.ok(measured >= least, `measured ${measured.toFixed(2)}`);
    });
  }
}

test('an override counts for both schemes, or for each its own', () => {
  const css = tokenRules({ accent: '#123456', text: { light: '#000', dark: '#fff' } });
  assert.equal(css.match(/--accent:#123456;/g)?.length, 1);
  assert.doesNotMatch(css, /--accent:#7cc9bf/);
  assert.match(css, /--text:#000;.*dark.*--text:#fff;/su);
});

test('an unknown token is refused by name', () => {
  const mistyped: Record<string, string> = { acent: '#123456' };
  assert.throws(() => tokenRules(mistyped), /no token "acent"/);
});

test('a value that could leave its declaration, or load something, is refused', () => {
  for (const value of [
    'red;}body{display:none',
    'red}',
    '</style>',
    'url(https://x.example)',
    'URL(x)',
    'a:b',
    '\\3c',
    '',
    'x'.repeat(201),
  ]) {
    assert.throws(() => tokenRules({ accent: value }), /cssTokens\.accent/, value);
    assert.throws(() => tokenRules({ accent: { light: '#000', dark: value } }), /cssTokens\.accent/, value);
  }
});

function contrast(front: string, back: string): number {
  const [dim = 0, bright = 0] = [luminance(front), luminance(back)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
