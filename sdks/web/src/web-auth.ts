import { guard, askSilently, sentToLogin } from './guard.ts';
import type { Check } from './guard.ts';
import { openHouse } from './house.ts';
import type { House } from './house.ts';
import type { WebOptions } from './options.ts';
import { answerOwnRoute } from './own-routes.ts';
import { tellEstimate } from './session/estimate.ts';
import { settingsOf } from './settings.ts';
import { openVisit } from './open-visit.ts';
import type { Native, Visit } from './visit.ts';
import { WebError } from './web-error.ts';

/** What all adapters are made of: requests in, answers out. */
export interface WebAuth {
  house: House;
  open(request: Request, native: Native): Promise<Visit>;
  /** Answers by itself: its own routes, and pages that need a user where every page does. */
  answer(visit: Visit): Promise<Response | undefined>;
  guard(visit: Visit, check?: Check): Promise<Response | undefined>;
  askSilently(visit: Visit): Promise<Response | undefined>;
  /** What to answer when the app's own work threw: a way to the login for a page whose session ended, else `undefined`. */
  rescue(visit: Visit, fault: unknown): Promise<Response | undefined>;
}

export function createWebAuth(options: WebOptions): WebAuth {
  const settings = settingsOf(options);
  const house = openHouse(settings);
  tellEstimate(settings);
  return {
    house,
    open: (request, native) => openVisit(house, request, native),
    async answer(visit) {
      const own = await answerOwnRoute(visit);
      if (own !== undefined) return own;
      const silent = options.attemptSilentLogin ? await askSilently(visit) : undefined;
      if (silent !== undefined) return silent;
      if (settings.isAuthRequired) return guard(visit);
      await visit.session.touch();
      return undefined;
    },
    guard,
    askSilently,
    rescue: (visit, fault) =>
      sentToLogin(visit, fault).catch((left: unknown) => {
        if (left instanceof WebError) return undefined;
        throw left;
      }),
  };
}
