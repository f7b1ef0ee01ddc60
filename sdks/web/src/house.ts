import { clientAuthentication } from './provider/client-authentication.ts';
import { openProvider } from './provider/provider.ts';
import type { Provider } from './provider/provider.ts';
import { openTokenEndpoint } from './provider/token-endpoint.ts';
import type { TokenEndpoint } from './provider/token-endpoint.ts';
import { openRecent } from './session/recent.ts';
import type { Recent } from './session/recent.ts';
import { openStoredSessions } from './session/stored-sessions.ts';
import type { StoredSessions } from './session/stored-sessions.ts';
import type { WebSession } from './session/web-session.ts';
import { memoryStore } from './stores/memory-store.ts';
import type { SessionStore } from './stores/session-store.ts';
import type { Settings } from './settings.ts';

/** What all requests to one app share. */
export interface House {
  settings: Settings;
  provider: Provider;
  tokenEndpoint: TokenEndpoint;
  /** The store of sessions, or of those that outgrew their cookie. */
  store: SessionStore;
  stored: StoredSessions;
  recent: Recent;
  /** Renewals under way in this process, by session. */
  renewing: Map<string, Promise<WebSession>>;
  /** Codes that are being redeemed in this process, by state. */
  redeeming: Map<string, Promise<WebSession>>;
  /** Remembers sign-outs at the provider for sessions that lie in cookies. */
  logouts: SessionStore | undefined;
}

export function openHouse(settings: Settings): House {
  const { environment, session, options } = settings;
  const provider = openProvider(settings);
  const store = session.store ?? session.spill ?? memoryStore({ now: environment.now });
  const tokenEndpoint = openTokenEndpoint(settings, provider, clientAuthentication(settings, provider));
  const { backchannelLogout } = options;
  return {
    settings,
    provider,
    tokenEndpoint,
    store,
    stored: openStoredSessions(settings, store),
    recent: openRecent(environment.now),
    renewing: new Map(),
    redeeming: new Map(),
    logouts: typeof backchannelLogout === 'object' ? backchannelLogout.store : undefined,
  };
}
