import type { Audit } from './audit.ts';
import type { Clients } from './clients.ts';
import type { Health, Nodes, Rates } from './cluster.ts';
import type { Committer } from './committer.ts';
import type { Families } from './families.ts';
import type { Codes, Interactions, RevokedTokens } from './flows.ts';
import type { Keys } from './keys.ts';
import type { Participants } from './participants.ts';
import type { Consents, Devices, Sessions, Users } from './people.ts';
import type { Revocations } from './revocations.ts';
import type { Upkeep } from './upkeep.ts';

/** All ports of one store, as an adapter opens them. */
export interface Store extends Committer {
  families: Families;
  users: Users;
  sessions: Sessions;
  devices: Devices;
  consents: Consents;
  codes: Codes;
  interactions: Interactions;
  revokedTokens: RevokedTokens;
  revocations: Revocations;
  participants: Participants;
  clients: Clients;
  keys: Keys;
  audit: Audit;
  upkeep: Upkeep;
  rates: Rates;
  health: Health;
  nodes: Nodes;
  close(): Promise<void>;
}
