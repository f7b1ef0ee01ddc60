import type { Advance, Ending, Family, FamilyFacts, Touch } from '@ostiary/model';
import type { Families, FamilyCaps, FamilyPlace } from '@ostiary/storage';
import type { FamilyId, UserId } from '@ostiary/wire';
import { digestBlob, idBlob, idText, saltBlob, soughtId } from './blobs.ts';
import type { Database, ListStatement, Statement } from './database.ts';
import { familyFacts, familyFactsOf } from './family-facts.ts';
import type { FamilyFactsRow, SharedParts } from './family-facts.ts';
import type { InternedTerms, ParsedJson } from './interned.ts';
import { ReadBatch } from './read-batch.ts';

type StandingRow = { generation: number; endedAtMs: number | null };
type PlaceRow = { id: Uint8Array; isHere: number };

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

/** Grant families: the port, and what plans do to them. */
export class FamilyTable implements Families {
  readonly #terms: InternedTerms;
  readonly #shared: SharedParts;
  readonly #reads: ReadBatch;
  readonly #find: ListStatement<FamilyFactsRow>;
  readonly #listLiving: ListStatement<FamilyFactsRow>;
  readonly #listPlaces: Statement<PlaceRow>;
  readonly #standing: Statement<StandingRow>;
  readonly #advance: Statement<never>;
  readonly #insert: Statement<never>;
  readonly #end: Statement<never>;
  readonly #endSelection: Statement<never>;
  readonly #touch: Statement<never>;

  constructor(db: Database, terms: InternedTerms, claims: ParsedJson) {
    this.#terms = terms;
    this.#shared = { terms, claims };
    this.#reads = new ReadBatch(db);
    this.#find = db.prepareList(`${familyFacts} where f.public_id = ?`);
    this.#listLiving = db.prepareList(`${familyFacts}
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

  find(id: FamilyId): Promise<FamilyFacts | undefined> {
    const sought = soughtId('family', id);
    return this.#reads.read(() => {
      const row = this.#find.get(sought);
      return row && familyFactsOf(row, this.#shared);
    });
  }

  async listLiving(userId: UserId): Promise<FamilyFacts[]> {
    return this.#listLiving.all(soughtId('user', userId)).map((row) => familyFactsOf(row, this.#shared));
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
}
