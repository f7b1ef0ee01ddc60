/** The languages that the pages speak. The first one is the default. */
export const locales = ['en', 'de'] as const;

export type Locale = (typeof locales)[number];

/** More than any person prefers; what comes after is not read. */
const longestHeader = 512;

/**
 * Picks the language of a page: the first `ui_locales` value that we speak (OpenID Connect Core section 3.1.2.1), else the best of
 * `Accept-Language` (RFC 9110 section 12.5.4), else English. A tag counts by its language alone: `de-CH` is German.
 */
export function chooseLocale(uiLocales: string | undefined, acceptLanguage: string | undefined): Locale {
  const wished = (uiLocales ?? '').slice(0, longestHeader).split(' ');
  const accepted = byQuality((acceptLanguage ?? '').slice(0, longestHeader));
  return [...wished, ...accepted].map(spoken).find((locale) => locale !== undefined) ?? locales[0];
}

function byQuality(header: string): readonly string[] {
  return header
    .split(',')
    .map((part) => ({ tag: part.split(';')[0]?.trim() ?? '', quality: qualityOf(part) }))
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

function qualityOf(part: string): number {
  const written = /;\s*q=([01](?:\.\d{0,3})?)\s*$/iu.exec(part)?.[1];
  if (written !== undefined) return Number(written);
  return part.includes(';') ? 0 : 1;
}

function spoken(tag: string): Locale | undefined {
  const language = tag.split('-')[0]?.toLowerCase();
  return locales.find((locale) => locale === language);
}
