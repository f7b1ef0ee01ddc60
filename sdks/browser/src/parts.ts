import type { SessionRecord } from '@ostiary/session';
import type { Environment } from './environment.ts';
import type { ClientSettings, ProofMaker } from './settings.ts';
import type { Provider } from './provider.ts';
import type { Outcome } from './outcome.ts';
import type { ServerTime } from './server-time.ts';
import type { Session } from './session.ts';
import type { Tabs } from './tabs.ts';

/** What the parts of one client share. */
export interface Parts {
  options: ClientSettings;
  environment: Environment;
  provider: () => Promise<Provider>;
  time: ServerTime;
  session: Session;
  tabs: Tabs;
  proof: ProofMaker | undefined;
  /** Renews without a refresh token, where the client was given a way. */
  silently: ((seen: SessionRecord | undefined) => Promise<Outcome>) | undefined;
  /** Begins every key and channel name of this client in this browser. */
  name: string;
}
