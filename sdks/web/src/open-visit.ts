import { readCookies } from './cookies.ts';
import type { House } from './house.ts';
import { oidcRequest } from './oidc-request.ts';
import { openBrowserSession } from './session/browser-session.ts';
import { answerCallback } from './sign-in/answer-callback.ts';
import { noSilentLogin } from './sign-in/silent.ts';
import { startLogin } from './sign-in/start-login.ts';
import { signOut } from './sign-out/sign-out.ts';
import { putTokens } from './token-set.ts';
import type { Native, Visit } from './visit.ts';

/** Reads the session of one request. */
export async function openVisit(house: House, request: Request, native: Native): Promise<Visit> {
  const cookies = readCookies(request.headers.get('cookie'));
  const session = await openBrowserSession(house, cookies);
  const lines: string[] = [];
  let work: Promise<void> = Promise.resolve();
  const visit: Visit = {
    house,
    request,
    native,
    cookies,
    session,
    oidc: oidcRequest(house, session),
    login: (options) => startLogin(visit, options),
    async logout(options) {
      const answer = await signOut(house, session, options);
      // Whoever signs out is not signed in again without a word.
      for (const line of noSilentLogin(house.settings, true)) visit.addCookie(line);
      return answer;
    },
    callback: (options) => answerCallback(visit, options),
    put(tokens) {
      work = work.then(() => putTokens(house, session, tokens));
      // Whoever waits is told; nobody waiting is no crash.
      work.catch(() => undefined);
    },
    addCookie: (line) => void lines.push(line),
    done: () => work,
    cookieLines: () => [...session.cookieLines(), ...lines],
  };
  return visit;
}
