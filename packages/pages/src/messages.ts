import type { Locale } from './locale.ts';
import { de } from './messages/de.ts';
import { en, type Messages } from './messages/en.ts';

const catalogues: Record<Locale, Messages> = { en, de };

export function messagesIn(locale: Locale): Messages {
  return catalogues[locale];
}
