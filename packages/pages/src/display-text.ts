/** Longest name shown, in characters as a reader counts them. */
const longestName = 80;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A name that somebody else chose (client, device, user), made fit to stand in a sentence of ours: on one line, without
 * control and format characters (which hide text or turn its direction), at most 80 characters long. A name of which nothing can be
 * seen becomes `?`.
 */
export function displayText(name: string): string {
  const oneLine = name
    .slice(0, longestName * 16)
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
    // A tower of accents climbs over the lines above it; no language stacks more than a few.
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim();
  return shortened(oneLine) || '?';
}

/** A value for a developer's eyes: kept whole, with every invisible character spelled out as `\u{...}`. */
export function visibleText(value: string): string {
  return value
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** The first letter of a name, for the tile that stands in for a missing logo. */
export function initialOf(name: string): string {
  const [first] = graphemes.segment(displayText(name));
  return (first?.segment ?? '?').toLocaleUpperCase();
}

function shortened(text: string): string {
  const characters = Array.from(graphemes.segment(text), (part) => part.segment);
  if (characters.length <= longestName) return text;
  return `${characters.slice(0, longestName - 1).join('')}…`;
}
