import type { Advance, Ending, Family, FamilyFacts, Touch } from '@ostiary/model';
import type { Families, FamilyCaps, FamilyPlace } from '@ostiary/storage';
import { idPrefix } from '@ostiary/wire';
import type { Cause, ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import { digestBlob, idBlob, idText, saltBlob, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';
import type { InternedTerms, ParsedJson } from './interned.ts';

type FactsRow = {
  /** The blobs of the row, joined; their places are `at`. */
  hex: string;
  terms: number;
  generation: number;
  keyId: number;
  authTimeMs: number;
  createdAtMs: number;
  rotatedAtMs: number;
  usedAtMs: number;
  attempted: number;
  userEpoch: number;
  clientEpoch: number;
  consentVersion: number;
  retries: number;
  endedAtMs: number | null;
  endCause: Cause | null;
  epochNow: number;
  userDisabled: number;
  claims: string;
  clientId: ClientId;
  clientEpochNow: number;
  clientDisabled: number;
  removedAtMs: number | null;
  consentVersionNow: number | null;
  withdrawnAtMs: number | null;
  sessionKey: number | null;
  sessionEndCause: Cause | null;
};
type StandingRow = { generation: number; endedAtMs: number | null };
type PlaceRow = { id: Uint8Array; isHere: number };

/**
 * A family with user, client, consent, device and session, in one read. The blobs come as one text, since a buffer of its
 * own for each of them takes a quarter of the time of the read.
 */
const facts = `
  select hex(f.public_id) || hex(f.salt) || hex(u.public_id) || hex(d.public_id) || hex(f.session) || hex(f.operation)
      || hex(f.jkt) as hex,
    f.terms, f.generation, f.key_id as keyId, f.auth_time as authTimeMs,
    f.created_at as createdAtMs, f.rotated_at as rotatedAtMs, f.used_at as usedAtMs, f.attempted,
    f.user_epoch as userEpoch, f.client_epoch as clientEpoch, f.consent_version as consentVersion, f.retries,
    f.ended_at as endedAtMs, f.end_cause as endCause,
    u.epoch as epochNow, u.disabled as userDisabled, u.claims,
    c.client_id as clientId, c.epoch as clientEpochNow, c.disabled as clientDisabled,
    d.removed_at as removedAtMs,
    n.version as consentVersionNow, n.withdrawn_at as withdrawnAtMs,
    s.id as sessionKey, s.end_cause as sessionEndCause
  from family f
    join user u on u.id = f.user
    join client c on c.id = f.client
    join device d on d.id = f.device
    left join consent n on n.user = f.user and n.client = f.client
    left join session s on s.public_id = f.session`;

const insertion = `
  insert into family (public_id, salt, user, client, device, session, terms, generation, key_id, auth_time, created_at,
    rotated_at, used_at, operation, attempted, jkt, user_epoch, client_epoch, consent_version, retries, ended_at, end_cause)
  values ($id, $salt, (select id from user where public_id = $user), (select id from client where client_id = $client),
    (select id from device where public_id = $device), $session, $terms, $generation, $keyId, $authTime, $createdAt,
    $rotatedAt, $usedAt, $operation, $attempted, $jkt, $userEpoch, $clientEpoch, $consentVersion, $retries, $endedAt,
    $endCause)`;

const endingOfSelection = `
  update family set ended_at = $at, end_cause = $cause
  where user = (select id from user where public_id = $user) and ended_at is null
    and ($client is null or client = (select id from client where client_id = $client))
    and ($device is null or device = (select id from device where public_id = $device))
    and ($exceptDevice is null or device is not (select id from device where public_id = $exceptDevice))
    and ($session is null or session = $session)
    and ($boundTo is null or terms in (select id from terms where bound_to = $boundTo))`;

const livingOldestFirst = `
  select f.public_id as id, d.public_id = ? and c.client_id = ? as isHere
  from family f join device d on d.id = f.device join client c on c.id = f.client
  where f.user = (select id from user where public_id = ?) and f.ended_at is null
  order by f.auth_time, f.created_at, f.id`;

/** First and last byte of each blob in `hex`; a family without a key ends before `jkt`. */
const at = {
  id: [0, 16],
  salt: [16, 32],
  user: [32, 48],
  device: [48, 64],
  session: [64, 80],
  operation: [80, 112],
  jkt: [112, 144],
} as const;

/** Grant families: the port, and what plans do to them. */
export class FamilyTable implements Families {
  readonly #terms: InternedTerms;
  readonly #claims: ParsedJson;
  readonly #find: Statement<FactsRow>;
  readonly #listLiving: Statement<FactsRow>;
  readonly #listPlaces: Statement<PlaceRow>;
  readonly #standing: Statement<StandingRow>;
  readonly #advance: Statement<never>;
  readonly #insert: Statement<never>;
  readonly #end: Statement<never>;
  readonly #endSelection: Statement<never>;
  readonly #touch: Statement<never>;

  constructor(db: Database, terms: InternedTerms, claims: ParsedJson) {
    this.#terms = terms;
    this.#claims = claims;
    this.#find = db.prepare(`${facts} where f.public_id = ?`);
    this.#listLiving = db.prepare(`${facts}
      where f.user = (select id from user where public_id = ?) and f.ended_at is null
      order by f.auth_time desc, f.created_at desc, f.id desc`);
    this.#listPlaces = db.prepare(livingOldestFirst);
    this.#standing = db.prepare('select generation, ended_at as endedAtMs from family where public_id = ?');
    this.#advance = db.prepare(`
      update family set generation = generation + 1, key_id = ?, rotated_at = ?, used_at = max(used_at, ?), operation = ?,
        attempted = ?
      where public_id = ? and generation = ? and ended_at is null`);
    this.#insert = db.prepare(insertion);
    this.#end = db.prepare('update family set ended_at = ?, end_cause = ? where public_id = ? and ended_at is null');
    this.#endSelection = db.prepare(endingOfSelection);
    this.#touch = db.prepare('update family set used_at = max(used_at, ?), retries = retries + ? where public_id = ?');
  }

  async find(id: FamilyId): Promise<FamilyFacts | undefined> {
    const row = this.#find.get(soughtId('family', id));
    return row && this.#factsOf(row);
  }

  async listLiving(userId: UserId): Promise<FamilyFacts[]> {
    return this.#listLiving.all(soughtId('user', userId)).map((row) => this.#factsOf(row));
  }

  async findSurplus({ userId, clientId, deviceId }: FamilyPlace, caps: FamilyCaps): Promise<FamilyId[]> {
    const living = this.#listPlaces.all(soughtId('device', deviceId), clientId, soughtId('user', userId));
    const here = living.filter((row) => row.isHere === 1);
    const goingHere = new Set(here.slice(0, Math.max(0, here.length + 1 - caps.perDevice)));
    const staying = living.filter((row) => !goingHere.has(row));
    const goingAnywhere = staying.slice(0, Math.max(0, staying.length + 1 - caps.perUser));
    return [...goingHere, ...goingAnywhere].map((row) => idText('family', row.id));
  }

  /** Whether it is there and lives. */
  stands({ id }: { id: FamilyId }): boolean {
    const row = this.#standing.get(soughtId('family', id));
    return row !== undefined && row.endedAtMs === null;
  }

  canAdvance({ familyId, from }: Advance): boolean {
    const row = this.#standing.get(soughtId('family', familyId));
    return row !== undefined && row.endedAtMs === null && row.generation === from;
  }

  /** Whether it could: the family lives and stands at `from`. */
  advance({ familyId, from, keyId, atMs, operation, attempted }: Advance): boolean {
    const id = idBlob('family', familyId);
    return this.#advance.run(keyId, atMs, atMs, digestBlob(operation), Number(attempted), id, from) === 1;
  }

  insert(row: Family): void {
    this.#insert.runNamed({
      id: idBlob('family', row.id),
      salt: saltBlob(row.salt),
      user: idBlob('user', row.userId),
      client: row.clientId,
      device: idBlob('device', row.deviceId),
      session: idBlob('session', row.sessionId),
      terms: this.#terms.keyOf(row.terms),
      generation: row.generation,
      keyId: row.keyId,
      authTime: row.authTimeMs,
      createdAt: row.createdAtMs,
      rotatedAt: row.rotatedAtMs,
      usedAt: row.usedAtMs,
      operation: digestBlob(row.operation),
      attempted: Number(row.attempted),
      jkt: row.jkt === undefined ? null : digestBlob(row.jkt),
      userEpoch: row.userEpoch,
      clientEpoch: row.clientEpoch,
      consentVersion: row.consentVersion,
      retries: row.retries,
      endedAt: row.endedAtMs ?? null,
      endCause: row.endCause ?? null,
    });
  }

  end({ id, cause, atMs }: Ending & { kind: 'family' }): void {
    this.#end.run(atMs, cause, idBlob('family', id));
  }

  endSelection({ of, cause, atMs }: Ending & { kind: 'families' }): void {
    this.#endSelection.runNamed({
      at: atMs,
      cause,
      user: idBlob('user', of.userId),
      client: of.clientId ?? null,
      device: of.deviceId === undefined ? null : idBlob('device', of.deviceId),
      exceptDevice: of.exceptDeviceId === undefined ? null : idBlob('device', of.exceptDeviceId),
      session: of.sessionId === undefined ? null : idBlob('session', of.sessionId),
      boundTo: of.boundTo ?? null,
    });
  }

  touch({ id, usedAtMs, retries }: Touch & { kind: 'family' }): void {
    this.#touch.run(usedAtMs ?? 0, retries ?? 0, idBlob('family', id));
  }

  #factsOf(row: FactsRow): FamilyFacts {
    const family = this.#familyOf(row);
    const found: FamilyFacts = {
      family,
      user: {
        id: family.userId,
        epoch: row.epochNow,
        isDisabled: row.userDisabled === 1,
        claims: this.#claims.parse(row.claims),
      },
      client: { id: row.clientId, epoch: row.clientEpochNow, isDisabled: row.clientDisabled === 1 },
      device: { id: family.deviceId, isRemoved: row.removedAtMs !== null },
    };
    if (row.consentVersionNow !== null) {
      found.consent = { version: row.consentVersionNow, isWithdrawn: row.withdrawnAtMs !== null };
    }
    if (row.sessionKey !== null) {
      found.session = { id: family.sessionId };
      if (row.sessionEndCause !== null) found.session.endCause = row.sessionEndCause;
    }
    return found;
  }

  #familyOf(row: FactsRow): Family {
    const blobs = Buffer.from(row.hex, 'hex');
    const text = ([start, end]: readonly [number, number]) => blobs.toString('base64url', start, end);
    const family: Family = {
      id: `${idPrefix.family}${text(at.id)}` as FamilyId,
      salt: text(at.salt),
      userId: `${idPrefix.user}${text(at.user)}` as UserId,
      clientId: row.clientId,
      deviceId: `${idPrefix.device}${text(at.device)}` as DeviceId,
      sessionId: `${idPrefix.session}${text(at.session)}` as SessionId,
      terms: this.#terms.termsOf(row.terms),
      generation: row.generation,
      keyId: row.keyId,
      authTimeMs: row.authTimeMs,
      createdAtMs: row.createdAtMs,
      rotatedAtMs: row.rotatedAtMs,
      usedAtMs: row.usedAtMs,
      operation: text(at.operation) as Digest,
      attempted: row.attempted === 1,
      userEpoch: row.userEpoch,
      clientEpoch: row.clientEpoch,
      consentVersion: row.consentVersion,
      retries: row.retries,
    };
    if (blobs.length > at.operation[1]) family.jkt = text(at.jkt);
    if (row.endedAtMs !== null) family.endedAtMs = row.endedAtMs;
    if (row.endCause !== null) family.endCause = row.endCause;
    return family;
  }
}
