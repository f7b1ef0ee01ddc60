const markup = Symbol('markup');

/** Markup that is safe to write into a page. Only `html` and `trustMarkupUnescaped` make it. */
export interface Html {
  readonly [markup]: string;
}

/** What a template may hold. `undefined` and `false` render as nothing, so that `${condition && html`...`}` reads well. */
export type HtmlValue = Html | readonly Html[] | string | number | undefined | false;

/**
 * Builds markup; every string put into it is escaped for text and for quoted attributes.
 * Throws when a value stands in an attribute without quotes, where escaping protects nothing.
 */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let written = literals[0] ?? '';
  for (const [index, value] of values.entries()) {
    if (literals[index]?.endsWith('=')) throw new TypeError('a value in an attribute needs quotes around it');
    written += markupOf(value) + (literals[index + 1] ?? '');
  }
  return { [markup]: written };
}

/** Takes a string as markup, without any escaping. For constants of this package alone, never for data. */
export function trustMarkupUnescaped(constant: string): Html {
  return { [markup]: constant };
}

/** The finished text of a page. */
export function htmlText(page: Html): string {
  return page[markup];
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map((part) => part[markup]).join('');
  return value[markup];
}

function isList(value: Html | readonly Html[]): value is readonly Html[] {
  return Array.isArray(value);
}

function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
