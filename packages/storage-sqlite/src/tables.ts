import { AuditTable } from './audit.ts';
import { ClientTable } from './clients.ts';
import { CodeTable } from './codes.ts';
import { ConsentTable } from './consents.ts';
import type { Database } from './database.ts';
import { DeviceTable } from './devices.ts';
import { FamilyTable } from './families.ts';
import { InteractionTable } from './interactions.ts';
import { InternedTerms, ParsedJson } from './interned.ts';
import { KeyTables } from './keys.ts';
import { OnceValueTable } from './once-values.ts';
import { NodeTable } from './nodes.ts';
import { ParticipantTable } from './participants.ts';
import { RateTable } from './rates.ts';
import { RevokedTokenTable } from './revoked-tokens.ts';
import { EndedRows } from './revocations.ts';
import { SessionTable } from './sessions.ts';
import { UpkeepSteps } from './upkeep.ts';
import { UserTable } from './users.ts';

const claimsCacheEntries = 10_000;

export type Tables = ReturnType<typeof openTables>;

/** Prepares every statement of one connection, once. */
export function openTables(db: Database) {
  const terms = new InternedTerms(db);
  const claims = new ParsedJson(claimsCacheEntries);
  return {
    terms,
    families: new FamilyTable(db, terms, claims),
    users: new UserTable(db, claims),
    sessions: new SessionTable(db),
    devices: new DeviceTable(db),
    consents: new ConsentTable(db),
    codes: new CodeTable(db),
    interactions: new InteractionTable(db),
    onceValues: new OnceValueTable(db),
    revokedTokens: new RevokedTokenTable(db),
    revocations: new EndedRows(db),
    participants: new ParticipantTable(db),
    clients: new ClientTable(db),
    keys: new KeyTables(db),
    audit: new AuditTable(db),
    upkeep: new UpkeepSteps(db),
    rates: new RateTable(db),
    health: { databaseNowMs: async () => Date.now() },
    nodes: new NodeTable(db),
  };
}
