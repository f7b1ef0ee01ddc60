import type { House } from './house.ts';
import type { CallbackOptions, LoginOptions, LogoutOptions } from './options.ts';
import type { OidcRequest } from './oidc-request.ts';
import type { BrowserSession } from './session/browser-session.ts';
import type { PutTokens } from './token-set.ts';

/** Request and response as the framework knows them: what the app's hooks are given. */
export interface Native {
  request: unknown;
  response: unknown;
}

/** One request of a browser, with its session. */
export interface Visit {
  house: House;
  request: Request;
  native: Native;
  cookies: ReadonlyMap<string, string>;
  session: BrowserSession;
  oidc: OidcRequest;
  login(options?: LoginOptions): Promise<Response>;
  logout(options?: LogoutOptions): Promise<Response>;
  callback(options?: CallbackOptions): Promise<Response>;
  /** Puts tokens into the session; `done` waits for it. */
  put(tokens: PutTokens): void;
  /** Adds a line of `Set-Cookie` to the answer. */
  addCookie(line: string): void;
  /** When everything that was begun is kept. Throws what went wrong. */
  done(): Promise<void>;
  /** Lines of `Set-Cookie` so far. */
  cookieLines(): string[];
}
