import type { Plan } from '@ostiary/model';
import type { UserId } from '@ostiary/wire';
import type { Call } from '../statement.ts';
import type { InternedTerms } from '../terms.ts';
import type { Isolation } from '../options.ts';
import { AuditRows } from './audit-rows.ts';
import { ClientRows } from './client-rows.ts';
import { ConsentRows } from './consent-rows.ts';
import { DeviceRows } from './device-rows.ts';
import { FamilyRows } from './family-rows.ts';
import { CodeRows, InteractionRows } from './flow-rows.ts';
import { kinds, setsEnded } from './needs.ts';
import type { Kind, Need } from './needs.ts';
import { ParticipantRows } from './participant-rows.ts';
import { SessionRows } from './session-rows.ts';
import { OnceRows, RevokedTokenRows } from './spent-rows.ts';
import { TermsRows } from './terms-rows.ts';
import { UserRows } from './user-rows.ts';

export interface BatchSettings {
  terms: InternedTerms;
  isolation: Isolation;
  /** Whether the engine can lock rows against changes alone. */
  hasSharedLocks: boolean;
}

/** Ids of one kind, and whether any of them may be changed: then all are locked alike, so that no lock is ever raised. */
interface KindNeeds {
  ids: Set<string>;
  isChanged: boolean;
}

/** Locks one kind of rows and takes them in. */
interface Locking {
  call: Call;
  load(rows: object[]): void;
}

/** All rows that the plans of one batch have to do with, as the plans see them, one after the other. */
export class BatchRows {
  readonly users = new UserRows();
  readonly clients = new ClientRows();
  readonly sessions = new SessionRows();
  readonly devices = new DeviceRows();
  readonly consents = new ConsentRows();
  readonly families = new FamilyRows();
  readonly codes = new CodeRows();
  readonly interactions = new InteractionRows();
  readonly onceValues = new OnceRows();
  readonly revokedTokens = new RevokedTokenRows();
  readonly participants = new ParticipantRows();
  readonly audit = new AuditRows();
  readonly terms: TermsRows;
  readonly #hasSharedLocks: boolean;

  constructor({ terms, hasSharedLocks }: BatchSettings) {
    this.terms = new TermsRows(terms);
    this.#hasSharedLocks = hasSharedLocks;
  }

  /**
   * What locks and reads the rows, kind by kind in the order that every commit keeps, in each kind by id: so commits wait
   * for each other in a line and never in a circle.
   */
  locks(plans: { plan: Plan; needs: Need[] }[]): Locking[] {
    const needs = gathered(plans.flatMap((each) => each.needs));
    const sets = plans.map(({ plan }) => setsEnded(plan));
    const families = new Set(sets.flatMap((each) => each.families));
    const sessions = new Set(sets.flatMap((each) => each.sessions));
    const lockings = kinds.flatMap((kind) => this.#lock(kind, needs.get(kind), { families, sessions }) ?? []);
    const terms = this.terms.find(
      plans.flatMap(({ plan }) => plan.inserts.flatMap((each) => (each.kind === 'family' ? [each.row.terms] : []))),
    );
    if (terms) lockings.push(loading(terms, (rows: Parameters<TermsRows['load']>[0]) => this.terms.load(rows)));
    return lockings;
  }

  /** What writes all that the plans changed; what others refer to comes first. */
  writes(): Call[] {
    const { users, devices, sessions, consents, terms, families, codes, interactions } = this;
    const tables = [users, devices, sessions, consents, terms, families, codes, interactions];
    const written = [...tables, this.onceValues, this.revokedTokens, this.audit].flatMap((table) => table.writes());
    return [...written, ...this.participants.writes(sessions.ended())];
  }

  #lock(kind: Kind, needs: KindNeeds | undefined, sets: Sets): Locking | undefined {
    const ids = needs?.ids ?? new Set<string>();
    const isChanged = !this.#hasSharedLocks || (needs?.isChanged ?? false);
    const set = kind === 'family' ? sets.families : kind === 'session' ? sets.sessions : undefined;
    if (ids.size === 0 && (set?.size ?? 0) === 0) return undefined;
    switch (kind) {
      case 'user':
        return loading(UserRows.lock(ids, isChanged), (rows: Rows<UserRows>) => this.users.load(rows));
      case 'client':
        return loading(ClientRows.lock(ids, isChanged), (rows: Rows<ClientRows>) => this.clients.load(rows));
      case 'session': {
        const call =
          sets.sessions.size > 0 ? SessionRows.lockSets(ids, sets.sessions) : SessionRows.lock(ids, isChanged);
        return loading(call, (rows: Rows<SessionRows>) => this.sessions.load(rows));
      }
      case 'device':
        return loading(DeviceRows.lock(ids, isChanged), (rows: Rows<DeviceRows>) => this.devices.load(rows));
      case 'consent':
        return loading(this.consents.lock(ids, isChanged), (rows: Rows<ConsentRows>) => this.consents.load(rows));
      case 'family': {
        const call = sets.families.size > 0 ? FamilyRows.lockSets(ids, sets.families) : FamilyRows.lock(ids);
        return loading(call, (rows: Rows<FamilyRows>) => this.families.load(rows));
      }
      case 'code':
        return loading(CodeRows.lock(ids), (rows: Rows<CodeRows>) => this.codes.load(rows));
      case 'interaction':
        return loading(InteractionRows.lock(ids), (rows: Rows<InteractionRows>) => this.interactions.load(rows));
      case 'once':
        return loading(OnceRows.lock(ids), (rows: Rows<OnceRows>) => this.onceValues.load(rows));
      case 'username':
        return loading(UserRows.findTaken(ids), (rows: Parameters<UserRows['loadTaken']>[0]) =>
          this.users.loadTaken(rows),
        );
    }
  }
}

type Rows<Table extends { load(rows: never): void }> = Parameters<Table['load']>[0];

interface Sets {
  families: Set<UserId>;
  sessions: Set<UserId>;
}

function gathered(needs: Need[]): Map<Kind, KindNeeds> {
  const all = new Map<Kind, KindNeeds>();
  for (const { kind, id, mode } of needs) {
    if (mode === 'born') continue;
    const known = all.get(kind);
    if (known) {
      known.ids.add(id);
      known.isChanged ||= mode === 'change';
    } else {
      all.set(kind, { ids: new Set([id]), isChanged: mode === 'change' });
    }
  }
  return all;
}

/** The rows of a call are what its statement says; this is where the two meet. */
function loading<Row>(call: Call, load: (rows: Row[]) => void): Locking {
  return { call, load: (rows) => load(rows as Row[]) };
}
