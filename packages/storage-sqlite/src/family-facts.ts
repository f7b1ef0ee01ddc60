import type { Family, FamilyFacts } from '@ostiary/model';
import { idPrefix } from '@ostiary/wire';
import type { Cause, ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import type { InternedTerms, ParsedJson } from './interned.ts';

/** The columns of `familyFacts` in their order: rows come as lists, since naming each value takes as long as reading it. */
export type FamilyFactsRow = [
  /** The blobs of the row, joined; their places are `at`. */
  hex: string,
  terms: number,
  generation: number,
  keyId: number,
  authTimeMs: number,
  createdAtMs: number,
  rotatedAtMs: number,
  usedAtMs: number,
  attempted: number,
  userEpoch: number,
  clientEpoch: number,
  consentVersion: number,
  retries: number,
  endedAtMs: number | null,
  endCause: Cause | null,
  epochNow: number,
  userDisabled: number,
  claims: string,
  clientId: ClientId,
  clientEpochNow: number,
  clientDisabled: number,
  removedAtMs: number | null,
  consentVersionNow: number | null,
  withdrawnAtMs: number | null,
  sessionKey: number | null,
  sessionEndCause: Cause | null,
];

/**
 * A family with user, client, consent, device and session, in one read. The blobs come as one text, since a buffer of its
 * own for each of them takes a quarter of the time of the read. Zeros fill each up to a multiple of three bytes: so they
 * are spelled in base64url at once, and each begins at a letter of its own.
 */
export const familyFacts = `
  select hex(f.public_id) || '0000' || hex(f.salt) || '0000' || hex(u.public_id) || '0000' || hex(d.public_id) || '0000'
      || hex(f.session) || '0000' || hex(f.operation) || '00' || hex(f.jkt),
    f.terms, f.generation, f.key_id, f.auth_time, f.created_at, f.rotated_at, f.used_at, f.attempted,
    f.user_epoch, f.client_epoch, f.consent_version, f.retries, f.ended_at, f.end_cause,
    u.epoch, u.disabled, u.claims,
    c.client_id, c.epoch, c.disabled,
    d.removed_at,
    n.version, n.withdrawn_at,
    s.id, s.end_cause
  from family f
    join user u on u.id = f.user
    join client c on c.id = f.client
    join device d on d.id = f.device
    left join consent n on n.user = f.user and n.client = f.client
    left join session s on s.public_id = f.session`;

/** First letter of each blob in the text, and the letter after its last; a family without a key ends before `jkt`. */
const at = {
  id: [0, 22],
  salt: [24, 46],
  user: [48, 70],
  device: [72, 94],
  session: [96, 118],
  operation: [120, 163],
  jkt: [164, 207],
} as const;

/** What families need to be put together from their rows. */
export interface SharedParts {
  terms: InternedTerms;
  claims: ParsedJson;
}

/** A row of `familyFacts` as the engine knows it. */
export function familyFactsOf(row: FamilyFactsRow, { terms: interned, claims: parsed }: SharedParts): FamilyFacts {
  // oxfmt-ignore
  const [
    hex, terms, generation, keyId, authTimeMs, createdAtMs, rotatedAtMs, usedAtMs, attempted,
    userEpoch, clientEpoch, consentVersion, retries, endedAtMs, endCause,
    epochNow, userDisabled, claims, clientId, clientEpochNow, clientDisabled,
    removedAtMs, consentVersionNow, withdrawnAtMs, sessionKey, sessionEndCause,
  ] = row;
  const text = spelledBlobs(hex);
  const family: Family = {
    id: `${idPrefix.family}${text(at.id)}` as FamilyId,
    salt: text(at.salt),
    userId: `${idPrefix.user}${text(at.user)}` as UserId,
    clientId,
    deviceId: `${idPrefix.device}${text(at.device)}` as DeviceId,
    sessionId: `${idPrefix.session}${text(at.session)}` as SessionId,
    terms: interned.termsOf(terms),
    generation,
    keyId,
    authTimeMs,
    createdAtMs,
    rotatedAtMs,
    usedAtMs,
    operation: text(at.operation) as Digest,
    attempted: attempted === 1,
    userEpoch,
    clientEpoch,
    consentVersion,
    retries,
  };
  const jkt = text(at.jkt);
  if (jkt !== '') family.jkt = jkt;
  if (endedAtMs !== null) family.endedAtMs = endedAtMs;
  if (endCause !== null) family.endCause = endCause;
  const { userId, deviceId, sessionId } = family;
  const found: FamilyFacts = {
    family,
    user: { id: userId, epoch: epochNow, isDisabled: userDisabled === 1, claims: parsed.parse(claims) },
    client: { id: clientId, epoch: clientEpochNow, isDisabled: clientDisabled === 1 },
    device: { id: deviceId, isRemoved: removedAtMs !== null },
  };
  if (consentVersionNow !== null) found.consent = { version: consentVersionNow, isWithdrawn: withdrawnAtMs !== null };
  if (sessionKey !== null)
    found.session = { id: sessionId, ...(sessionEndCause !== null && { endCause: sessionEndCause }) };
  return found;
}

function spelledBlobs(hex: string): (place: readonly [number, number]) => string {
  const letters = Buffer.from(hex, 'hex').toString('base64url');
  return ([start, end]) => letters.slice(start, end);
}
