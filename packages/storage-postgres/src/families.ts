import type { Family, FamilyFacts } from '@ostiary/model';
import type { Families, FamilyCaps, FamilyPlace } from '@ostiary/storage';
import { idPrefix } from '@ostiary/wire';
import type { Cause, ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations } from './operations.ts';
import type { ParsedJson } from './parsed-json.ts';
import { statement } from './statement.ts';
import type { InternedTerms } from './terms.ts';
import { clientKey, digestText, idText, soughtUuid } from './values.ts';

type FactsRow = {
  id: string;
  salt: string;
  userId: string;
  clientId: ClientId;
  deviceId: string;
  sessionId: string;
  terms: string;
  generation: number;
  keyId: number;
  authTimeMs: number;
  createdAtMs: number;
  rotatedAtMs: number;
  usedAtMs: number;
  operation: string;
  attempted: boolean;
  jkt: string | null;
  userEpoch: number;
  clientEpoch: number;
  consentVersion: number;
  retries: number;
  endedAtMs: number | null;
  endCause: Cause | null;
  epochNow: number;
  userDisabled: boolean;
  claims: string;
  clientEpochNow: number;
  clientDisabled: boolean;
  deviceKey: string | null;
  deviceRemoved: boolean;
  consentVersionNow: number | null;
  consentWithdrawn: boolean;
  sessionKey: string | null;
  sessionEndCause: Cause | null;
};
type PlaceRow = { id: string; isHere: boolean };

/** A family with user, client, consent, device and session: facts of one moment, since it is one statement. */
const facts = `
  select f.id, f.salt, f.user_id as "userId", c.client_id as "clientId", f.device_id as "deviceId",
    f.session_id as "sessionId", f.terms::text as terms, f.generation, f.key_id as "keyId", f.auth_time as "authTimeMs",
    f.created_at as "createdAtMs", f.rotated_at as "rotatedAtMs", f.used_at as "usedAtMs", f.operation,
    f.is_attempted as attempted, f.jkt, f.user_epoch as "userEpoch", f.client_epoch as "clientEpoch",
    f.consent_version as "consentVersion", f.retries, f.ended_at as "endedAtMs", f.end_cause as "endCause",
    u.epoch as "epochNow", u.is_disabled as "userDisabled", u.claims,
    c.epoch as "clientEpochNow", c.is_disabled as "clientDisabled",
    d.id as "deviceKey", d.removed_at is not null as "deviceRemoved",
    n.version as "consentVersionNow", n.withdrawn_at is not null as "consentWithdrawn",
    s.id as "sessionKey", s.end_cause as "sessionEndCause"
  from family f
    join "user" u on u.id = f.user_id
    join client c on c.key = f.client
    left join device d on d.id = f.device_id
    left join consent n on n.user_id = f.user_id and n.client = f.client
    left join session s on s.id = f.session_id`;

const find = statement<FactsRow>('family_find', `${facts} where f.id = any($1::uuid[])`);
const listLiving = statement<FactsRow>(
  'family_list_living',
  `${facts} where f.user_id = $1 and f.ended_at is null order by f.auth_time desc, f.created_at desc, f.id desc`,
);
const listPlaces = statement<PlaceRow>(
  'family_list_places',
  `select id, device_id = $2 and client = $3 as "isHere" from family
  where user_id = $1 and ended_at is null order by auth_time, created_at, id`,
);
/** Equals no device: a family needs one. */
const noUuid = '00000000-0000-0000-0000-000000000000';

/** Reads of grant families. */
export class FamilyReads implements Families {
  readonly #operations: Operations;
  readonly #terms: InternedTerms;
  readonly #claims: ParsedJson;
  readonly #found: BatchedRead<FactsRow>;

  constructor(operations: Operations, { terms, claims, readers }: FamilyReadParts) {
    this.#operations = operations;
    this.#terms = terms;
    this.#claims = claims;
    this.#found = new BatchedRead(operations, find, (row) => row.id, readers);
  }

  async find(id: FamilyId): Promise<FamilyFacts | undefined> {
    const uuid = soughtUuid('family', id);
    const row = uuid === undefined ? undefined : await this.#found.find(uuid);
    if (!row) return undefined;
    if (!this.#terms.isStored(row.terms)) await this.#terms.load([row.terms]);
    return this.#factsOf(row);
  }

  async listLiving(userId: UserId): Promise<FamilyFacts[]> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined) return [];
    const rows = await this.#operations.query(listLiving, [uuid]);
    await this.#terms.load(rows.map((row) => row.terms));
    return rows.map((row) => this.#factsOf(row));
  }

  async findSurplus({ userId, clientId, deviceId }: FamilyPlace, caps: FamilyCaps): Promise<FamilyId[]> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined) return [];
    const values = [uuid, soughtUuid('device', deviceId) ?? noUuid, clientKey(clientId)];
    const living = await this.#operations.query(listPlaces, values);
    const here = living.filter((row) => row.isHere);
    const goingHere = new Set(here.slice(0, Math.max(0, here.length + 1 - caps.perDevice)));
    const staying = living.filter((row) => !goingHere.has(row));
    const goingAnywhere = staying.slice(0, Math.max(0, staying.length + 1 - caps.perUser));
    return [...goingHere, ...goingAnywhere].map((row) => idText('family', row.id));
  }

  #factsOf(row: FactsRow): FamilyFacts {
    const family = this.#familyOf(row);
    const found: FamilyFacts = {
      family,
      user: {
        id: family.userId,
        epoch: row.epochNow,
        isDisabled: row.userDisabled,
        claims: this.#claims.parse(row.claims),
      },
      client: { id: row.clientId, epoch: row.clientEpochNow, isDisabled: row.clientDisabled },
    };
    if (row.deviceKey !== null) found.device = { id: family.deviceId, isRemoved: row.deviceRemoved };
    if (row.consentVersionNow !== null) {
      found.consent = { version: row.consentVersionNow, isWithdrawn: row.consentWithdrawn };
    }
    if (row.sessionKey !== null) {
      found.session = { id: family.sessionId };
      if (row.sessionEndCause !== null) found.session.endCause = row.sessionEndCause;
    }
    return found;
  }

  #familyOf(row: FactsRow): Family {
    // One spelling for all: each by itself costs several times as much.
    const uuids = row.id + row.salt + row.userId + row.deviceId + row.sessionId;
    const bytes = Buffer.from(uuids.replaceAll('-', '') + row.operation.slice(2), 'hex');
    const text = (start: number, end: number) => bytes.toString('base64url', start, end);
    const family: Family = {
      id: `${idPrefix.family}${text(0, 16)}` as FamilyId,
      salt: text(16, 32),
      userId: `${idPrefix.user}${text(32, 48)}` as UserId,
      clientId: row.clientId,
      deviceId: `${idPrefix.device}${text(48, 64)}` as DeviceId,
      sessionId: `${idPrefix.session}${text(64, 80)}` as SessionId,
      terms: this.#terms.termsOf(row.terms),
      generation: row.generation,
      keyId: row.keyId,
      authTimeMs: row.authTimeMs,
      createdAtMs: row.createdAtMs,
      rotatedAtMs: row.rotatedAtMs,
      usedAtMs: row.usedAtMs,
      operation: text(80, 112) as Digest,
      attempted: row.attempted,
      userEpoch: row.userEpoch,
      clientEpoch: row.clientEpoch,
      consentVersion: row.consentVersion,
      retries: row.retries,
    };
    if (row.jkt !== null) family.jkt = digestText(row.jkt);
    if (row.endedAtMs !== null) family.endedAtMs = row.endedAtMs;
    if (row.endCause !== null) family.endCause = row.endCause;
    return family;
  }
}

interface FamilyReadParts {
  terms: InternedTerms;
  claims: ParsedJson;
  readers: number;
}
