import { chooseLocale, type Look } from '@ostiary/pages';
import type { HttpContext } from '../context.ts';

/** How pages look to this reader: language by `ui_locales`, then by the browser. */
export function lookFor(
  request: Request,
  { theme, stylesheet, basePath }: HttpContext,
  uiLocales: readonly string[] = [],
): Look {
  const locale = chooseLocale(uiLocales.join(' '), request.headers.get('accept-language') ?? undefined);
  const assets = `${basePath}/assets`;
  return {
    locale,
    theme,
    stylesheetHref: `${assets}/ostiary.${stylesheet.hash}.css`,
    iconHref: `${assets}/ostiary.svg`,
  };
}
