import type { ServerResponse } from 'node:http';
import type { NodeRequest, WebOptions } from '@ostiary/web';
import { memoryStore } from '@ostiary/web/stores';
import { labApi } from '../api.ts';
import { webClient } from '../web-client.ts';
import type { WebAppParts } from './parts.ts';

/** What the app asks for: with offline access it goes on while nobody is there. */
export const scopes = {
  online: 'openid profile email read:reports',
  offline: 'openid profile email read:reports offline_access',
} as const;

const daySeconds = 86_400;

/** How the web app signs people in: as in the exercise, with what the Lab's configuration file says about `lab-web`. */
export function signInOptions({ addresses, appClock }: WebAppParts): WebOptions<NodeRequest, ServerResponse> {
  return {
    issuerBaseURL: addresses.issuer,
    baseURL: addresses.web,
    clientID: webClient.id,
    clientSecret: webClient.secret,
    secret: 'the lab seals its cookies with these words',
    required: false,
    idpLogout: true,
    // Sessions are in cookies: which of them the issuer ended is remembered here.
    backchannelLogout: { store: memoryStore({ now: appClock.nowMs }) },
    authorizationParams: { response_type: 'code id_token', audience: labApi, scope: scopes.offline },
    routes: { postLogoutRedirect: `${addresses.web}/` },
    session: { name: 'lab-web', rollingDuration: 30 * daySeconds, absoluteDuration: 90 * daySeconds },
    // The handlers of the Lab renew, so that one can see them do it.
    renew: 'onDemand',
    environment: { now: appClock.nowMs },
  };
}
