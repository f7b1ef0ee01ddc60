import { createHash } from 'node:crypto';
import { baseRules } from './css/base.ts';
import { doorRules } from './css/doors.ts';
import { roomRules } from './css/rooms.ts';
import { tokenRules } from './css/tokens.ts';
import type { Theme } from './look.ts';

export interface Stylesheet {
  /** Served as `text/css`; a page needs nothing else. */
  readonly css: string;
  /** 12 characters that change with the text: put into the path, so that the file may be cached for ever. */
  readonly hash: string;
}

/** The one stylesheet of all pages, with the operator's tokens. Throws when a token override is unknown or not a plain value. */
export function stylesheet(theme: Theme): Stylesheet {
  const css = tokenRules(theme.cssTokens) + (baseRules + doorRules + roomRules).replace(/\n+/gu, '\n').trimStart();
  return { css, hash: createHash('sha256').update(css).digest('base64url').slice(0, 12) };
}
