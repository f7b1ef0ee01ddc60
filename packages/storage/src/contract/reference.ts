import type {
  Advance,
  AuditEvent,
  AuthorizationCode,
  CommitResult,
  Conflict,
  Consent,
  Consumption,
  Device,
  Ending,
  Expectation,
  Family,
  FamilySelection,
  Insertion,
  Interaction,
  Participant,
  Plan,
  Session,
  Touch,
  User,
} from '@ostiary/model';
import type { ClientId, Digest, UserId } from '@ostiary/wire';

/** What `commit` means, said once more in the plainest way: one plan after the other on maps. */
export class Reference {
  readonly users = new Map<string, User>();
  readonly devices = new Map<string, Device>();
  readonly sessions = new Map<string, Session>();
  readonly consents = new Map<string, Consent>();
  readonly families = new Map<string, Family>();
  readonly codes = new Map<string, AuthorizationCode>();
  readonly interactions = new Map<string, Interaction>();
  readonly onceValues = new Map<string, Digest>();
  readonly revokedTokens = new Set<string>();
  readonly participants = new Map<string, Participant>();
  readonly events: AuditEvent[] = [];
  readonly #clients: ReadonlySet<string>;

  /** `clients` are enabled, of epoch 0, and stay so. */
  constructor(clients: ClientId[]) {
    this.#clients = new Set(clients);
  }

  /** `poisoned`: the plan would win, but a row in it cannot be stored. */
  commit(plan: Plan): CommitResult | { kind: 'poisoned' } {
    const conflict = this.#conflictOf(plan);
    if (conflict) return { kind: 'lost', conflict };
    if (this.#isPoisonous(plan)) return { kind: 'poisoned' };
    const { consumes, advances, ends, inserts, touches, events } = structuredClone(plan);
    consumes.forEach((consumption) => this.#consume(consumption));
    advances.forEach((advance) => this.#advance(advance));
    ends.forEach((ending) => this.#end(ending));
    inserts.forEach((insertion) => this.#insert(insertion));
    touches.forEach((touch) => this.#touch(touch));
    this.events.push(...events);
    return { kind: 'committed' };
  }

  #conflictOf({ expects, consumes, advances, inserts }: Plan): Conflict | undefined {
    for (const expectation of expects) if (!this.#stands(expectation)) return expectation.kind;
    for (const consumption of consumes) if (!this.#isUnused(consumption)) return consumption.kind;
    for (const { familyId, from } of advances) {
      const family = this.families.get(familyId);
      if (family?.generation !== from || family.endedAtMs !== undefined) return 'family';
    }
    const names = new Set([...this.users.values()].map(({ username }) => username));
    return inserts.some((each) => each.kind === 'user' && names.has(each.row.username)) ? 'username' : undefined;
  }

  /** A family of a user that neither is there nor comes with the plan. */
  #isPoisonous({ inserts }: Plan): boolean {
    const arriving = new Set(inserts.flatMap((each) => (each.kind === 'user' ? [each.row.id] : [])));
    const isKnown = (id: UserId) => this.users.has(id) || arriving.has(id);
    return inserts.some((each) => each.kind === 'family' && !isKnown(each.row.userId));
  }

  #stands(expected: Expectation): boolean {
    switch (expected.kind) {
      case 'user':
        return this.users.get(expected.id)?.epoch === expected.epoch;
      case 'client':
        return this.#clients.has(expected.id) && expected.epoch === 0;
      case 'consent':
        return this.consents.get(consentKey(expected.userId, expected.clientId))?.version === expected.version;
      case 'session':
        return this.sessions.has(expected.id) && this.sessions.get(expected.id)?.endedAtMs === undefined;
      case 'device':
        return this.devices.has(expected.id) && this.devices.get(expected.id)?.removedAtMs === undefined;
      case 'family':
        return this.families.has(expected.id) && this.families.get(expected.id)?.endedAtMs === undefined;
    }
  }

  #isUnused(consumption: Consumption): boolean {
    switch (consumption.kind) {
      case 'code':
        return this.codes.has(consumption.hash) && this.codes.get(consumption.hash)?.redemption === undefined;
      case 'interaction':
        return (
          this.interactions.get(consumption.hash)?.isConsumed === undefined && this.interactions.has(consumption.hash)
        );
      case 'once':
        return [undefined, consumption.operation].includes(this.onceValues.get(consumption.hash));
    }
  }

  #consume(consumption: Consumption): void {
    switch (consumption.kind) {
      case 'code':
        Object.assign(this.codes.get(consumption.hash)!, { redemption: consumption.redemption });
        return;
      case 'interaction':
        Object.assign(this.interactions.get(consumption.hash)!, { isConsumed: true });
        return;
      case 'once':
        this.onceValues.set(consumption.hash, consumption.operation);
    }
  }

  #advance({ familyId, keyId, atMs, operation, attempted }: Advance): void {
    const family = this.families.get(familyId)!;
    family.generation += 1;
    family.usedAtMs = Math.max(family.usedAtMs, atMs);
    Object.assign(family, { keyId, rotatedAtMs: atMs, operation, attempted });
  }

  #end(ending: Ending): void {
    const { atMs } = ending;
    switch (ending.kind) {
      case 'family':
        return endAll([...this.families.values()], (row) => row.id === ending.id, ending);
      case 'families':
        return endAll([...this.families.values()], (row) => isSelected(row, ending.of), ending);
      case 'session':
        endAll([...this.sessions.values()], (row) => row.id === ending.id, ending);
        return this.#makeDue();
      case 'sessions':
        endAll([...this.sessions.values()], (row) => isSelected(row, ending), ending);
        return this.#makeDue();
      case 'device': {
        const device = this.devices.get(ending.id);
        if (device) device.removedAtMs ??= atMs;
        return;
      }
      case 'consent': {
        const consent = this.consents.get(consentKey(ending.userId, ending.clientId));
        if (consent && consent.withdrawnAtMs === undefined) {
          Object.assign(consent, { withdrawnAtMs: atMs, version: consent.version + 1 });
        }
        return;
      }
      case 'user': {
        const user = this.users.get(ending.id);
        if (!user) return;
        const isDisabled = user.isDisabled || ending.disable;
        Object.assign(user, { epoch: user.epoch + 1, isDisabled, epochRaisedAtMs: atMs });
      }
    }
  }

  /** Those whose session ended just now. */
  #makeDue(): void {
    for (const row of this.participants.values()) {
      const endedAtMs = this.sessions.get(row.sessionId)?.endedAtMs;
      if (endedAtMs !== undefined && row.endedAtMs === undefined) Object.assign(row, { endedAtMs, dueAtMs: endedAtMs });
    }
  }

  #insert(insertion: Insertion): void {
    switch (insertion.kind) {
      case 'participant': {
        const key = `${insertion.row.sessionId} ${insertion.row.clientId}`;
        if (!this.participants.has(key)) this.participants.set(key, { ...insertion.row, attempts: 0 });
        return;
      }
      case 'family':
        this.families.set(insertion.row.id, insertion.row);
        return;
      case 'code':
        this.codes.set(insertion.row.hash, insertion.row);
        return;
      case 'interaction':
        this.interactions.set(insertion.row.hash, insertion.row);
        return;
      case 'session':
        this.sessions.set(insertion.row.id, insertion.row);
        return;
      case 'device':
        this.devices.set(insertion.row.id, insertion.row);
        return;
      case 'consent':
        this.consents.set(consentKey(insertion.row.userId, insertion.row.clientId), insertion.row);
        return;
      case 'user':
        this.users.set(insertion.row.id, insertion.row);
        return;
      case 'revokedToken':
        this.revokedTokens.add(insertion.tokenId);
    }
  }

  #touch(touch: Touch): void {
    switch (touch.kind) {
      case 'family': {
        const family = this.families.get(touch.id);
        if (!family) return;
        family.usedAtMs = Math.max(family.usedAtMs, touch.usedAtMs ?? 0);
        family.retries += touch.retries ?? 0;
        return;
      }
      case 'session': {
        const session = this.sessions.get(touch.id);
        if (!session) return;
        session.seenAtMs = Math.max(session.seenAtMs, touch.seenAtMs);
        if (touch.renewed && touch.renewed.authTimeMs >= session.authTimeMs) Object.assign(session, touch.renewed);
        return;
      }
      case 'device': {
        const { seenAtMs, userAgent, name } = touch;
        const device = this.devices.get(touch.id);
        if (device && seenAtMs >= device.seenAtMs) Object.assign(device, { seenAtMs, userAgent, name });
        return;
      }
      case 'interaction': {
        const interaction = this.interactions.get(touch.hash);
        if (interaction) interaction.chosenSessionId = touch.chosenSessionId;
        return;
      }
      case 'password': {
        const user = this.users.get(touch.userId);
        if (user) user.passwordHash = touch.passwordHash;
        return;
      }
      case 'enable': {
        const user = this.users.get(touch.userId);
        if (user) user.isDisabled = false;
      }
    }
  }
}

export function consentKey(userId: UserId, clientId: ClientId): string {
  return `${userId} ${clientId}`;
}

function endAll<Row extends Family | Session>(
  rows: Row[],
  isTaken: (row: Row) => boolean,
  { atMs, cause }: Pick<Ending & { kind: 'family' }, 'atMs' | 'cause'>,
): void {
  for (const row of rows) {
    if (row.endedAtMs === undefined && isTaken(row)) Object.assign(row, { endedAtMs: atMs, endCause: cause });
  }
}

function isSelected(row: Family | Session, of: FamilySelection): boolean {
  if (row.userId !== of.userId) return false;
  if (of.deviceId !== undefined && row.deviceId !== of.deviceId) return false;
  if (of.exceptDeviceId !== undefined && row.deviceId === of.exceptDeviceId) return false;
  if (!('clientId' in row)) return true;
  if (of.clientId !== undefined && row.clientId !== of.clientId) return false;
  if (of.sessionId !== undefined && row.sessionId !== of.sessionId) return false;
  return of.boundTo === undefined || row.terms.boundTo === of.boundTo;
}
