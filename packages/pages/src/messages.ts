import type { Locale } from './locale.ts';
import { de } from './messages/de.ts';
import { en } from './messages/en.ts';

/** All words of all pages. English is the measure: another language has the same keys with the same names in them. */
export type Messages = typeof en;

const catalogues: Record<Locale, Messages> = { en, de };

export function messagesIn(locale: Locale): Messages {
  return catalogues[locale];
}
