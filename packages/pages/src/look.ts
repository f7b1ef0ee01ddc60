import type { Locale } from './locale.ts';
import type { TokenOverrides } from './css/tokens.ts';

/** How an operator makes the pages theirs: a name, a logo, and other values for design tokens. Pages are never edited. */
export interface Theme {
  readonly productName: string;
  /** Shown in place of the product's mark; a path of this server, or an address that the Content-Security-Policy allows. */
  readonly logoUrl?: string;
  readonly cssTokens?: TokenOverrides;
}

/** What every page needs to know beside its own view. */
export interface Look {
  readonly locale: Locale;
  readonly theme: Theme;
  /** Where the text of `stylesheet(theme)` is served. */
  readonly stylesheetHref: string;
  /** Where `icon` is served. */
  readonly iconHref: string;
}
