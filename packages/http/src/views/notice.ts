import type { Notice } from '@ostiary/pages';
import { csrfToken, isCsrfTokenRight, type Browser } from '@ostiary/service';
import type { HttpContext } from '../context.ts';

/** What was just done, as parameters of the account page; sealed, so that no link says to anybody what was not done. */
export function noticeParameters({ service }: HttpContext, browser: Browser, notice: Notice): Record<string, string> {
  const text = JSON.stringify(notice);
  return { notice: text, seal: csrfToken(service, browser, sealPurpose(text)) };
}

/** The notice that this browser was led to the account page with, if there is one. */
export function readNotice(
  { service }: HttpContext,
  browser: Browser,
  { notice, seal }: Partial<Record<string, string>>,
): Notice | undefined {
  if (notice === undefined || !isCsrfTokenRight(service, browser, sealPurpose(notice), seal)) return undefined;
  return JSON.parse(notice) as Notice;
}

function sealPurpose(text: string): string {
  return `notice ${text}`;
}
