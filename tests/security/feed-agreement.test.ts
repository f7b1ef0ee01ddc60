import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefused } from '@ostiary/http/feed-fixture';
import type { Client, Consent, Ended, Family, FamilyFacts, UserState } from '@ostiary/model';
import { isAccessTokenActive, latenessSeconds, revocationEntry, type AccessTokenFacts } from '@ostiary/protocol';
import type { AccessTokenClaims, ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';

const issuer = 'https://id.example';
const nowMs = 1_800_000_000_000;
const nowSeconds = nowMs / 1000;
const lifetimeSeconds = 3600;
const [userId, clientId] = ['usr_ada' as UserId, 'lab-web' as ClientId];
const [sessionId, deviceId, familyId] = ['ses_1' as SessionId, 'dev_1' as DeviceId, 'fam_1' as FamilyId];

/** When something was taken away, and whether it was given back since. */
type Taken = { atMs: number; isOver: boolean } | undefined;

/** A token and everything that happened to what it stands on, before it was issued or after. */
interface Story {
  kind: 'client' | 'session' | 'family';
  /** Seconds before now at which the token was issued. */
  ageSeconds: number;
  isRevoked: boolean;
  client: Taken;
  consent: Taken;
  /** How often the user's epoch was raised since. */
  raises: number;
  isUserDisabled: boolean;
  isSessionEnded: boolean;
  isDeviceRemoved: boolean;
  isFamilyEnded: boolean;
  boundTo: 'session' | 'offline';
}

const within = fc.integer({ min: 0, max: lifetimeSeconds * 1000 });
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const taken: fc.Arbitrary<Taken> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ atMs: within.map((agoMs) => nowMs - agoMs), isOver: fc.boolean() }) },
);
const stories: fc.Arbitrary<Story> = fc
  .record({
    kind: fc.constantFrom('client' as const, 'session' as const, 'family' as const),
    ageSeconds: fc.integer({ min: 0, max: lifetimeSeconds - 1 }),
    isRevoked: seldom,
    client: taken,
    consent: taken,
    raises: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
    ),
    isUserDisabled: seldom,
    isSessionEnded: seldom,
    isDeviceRemoved: seldom,
    isFamilyEnded: seldom,
    boundTo: fc.constantFrom('session' as const, 'offline' as const),
  })
  .filter(isPossible);

const issuedAt = ({ ageSeconds }: Story): number => nowSeconds - ageSeconds;

/** From before it was taken away, where it was given back since: what is old then is a second older than that at least. */
const isOld = (story: Story, what: Taken): boolean =>
  what !== undefined && !what.isOver && issuedAt(story) < Math.floor(what.atMs / 1000);

/** While something is taken away, no token is issued on it, but for the little that a commit or a clock may be late. */
function isPossible(story: Story): boolean {
  const isInTime = (what: Taken) =>
    what?.isOver !== true || issuedAt(story) <= Math.floor(what.atMs / 1000) + latenessSeconds;
  return isInTime(story.client) && isInTime(story.consent);
}

/** What one plan ends together: see the plans in `packages/protocol/src/account.ts` and `session/`. */
function endings(story: Story): { session: boolean; family: boolean } {
  const session = story.isSessionEnded || story.isDeviceRemoved || story.raises > 0;
  const isConsentGone = story.consent?.isOver === true || isOld(story, story.consent);
  const bySession = story.isSessionEnded && story.boundTo === 'session';
  return {
    session,
    family: story.isFamilyEnded || story.isDeviceRemoved || story.raises > 0 || isConsentGone || bySession,
  };
}

function claimsOf(story: Story): AccessTokenClaims {
  const iat = issuedAt(story);
  const base = { iss: issuer, sub: userId, aud: 'https://api.example', client_id: clientId, scope: 'read', iat };
  const token = { ...base, exp: iat + lifetimeSeconds, jti: 'jti-1' };
  if (story.kind === 'client') return { ...token, sub: clientId };
  const withSession = { ...token, sid: sessionId, dev: deviceId, uep: 5 };
  return story.kind === 'family' ? { ...withSession, fam: familyId } : withSession;
}

function factsOf(story: Story): AccessTokenFacts {
  const claims = claimsOf(story);
  const client = clientOf(story);
  const facts = { claims, isRevoked: story.isRevoked, client };
  if (story.kind === 'client') return facts;
  const user = userOf(story);
  if (story.kind === 'family') return { ...facts, user, family: familyOf(story, client, user) };
  const { session } = endings(story);
  return {
    ...facts,
    user,
    session: { id: sessionId, ...(session && { endCause: 'signed_out' as const }) },
    device: story.isDeviceRemoved ? { removedAtMs: nowMs } : {},
    consent: consentOf(story),
  };
}

function clientOf({ client }: Story): Client {
  const epoch = client === undefined ? 0 : 1;
  return { id: clientId, epoch, isDisabled: client?.isOver === true, changedAtMs: client?.atMs ?? 0 };
}

function userOf({ raises, isUserDisabled }: Story): UserState {
  return { id: userId, epoch: 5 + raises, isDisabled: raises > 0 && isUserDisabled, claims: {} };
}

function consentOf({ consent }: Story): Pick<Consent, 'version' | 'givenAtMs' | 'withdrawnAtMs'> {
  if (consent === undefined) return { version: 0, givenAtMs: 0 };
  const { isOver, atMs } = consent;
  return isOver ? { version: 1, givenAtMs: 0, withdrawnAtMs: atMs } : { version: 1, givenAtMs: atMs };
}

function familyOf(story: Story, client: Client, user: UserState): FamilyFacts {
  const { session, family } = endings(story);
  const consent = consentOf(story);
  const terms = { grant: { scopes: [], apis: {}, acr: '1', amr: [] }, boundTo: story.boundTo };
  const row: Family = {
    id: familyId,
    salt: 'salt',
    userId,
    clientId,
    deviceId,
    sessionId,
    terms,
    ...unchanging,
    userEpoch: 5,
    clientEpoch: isOld(story, story.client) || client.isDisabled ? client.epoch - 1 : client.epoch,
    consentVersion: isOld(story, story.consent) || story.consent?.isOver === true ? 0 : consent.version,
    ...(family && { endCause: 'signed_out' as const, endedAtMs: nowMs }),
  };
  return {
    family: row,
    user,
    client,
    consent: { version: consent.version, isWithdrawn: consent.withdrawnAtMs !== undefined },
    device: { id: deviceId, isRemoved: story.isDeviceRemoved },
    session: { id: sessionId, ...(session && { endCause: 'signed_out' as const }) },
  };
}

const unchanging = {
  generation: 0,
  keyId: 0,
  authTimeMs: nowMs,
  createdAtMs: nowMs,
  rotatedAtMs: nowMs,
  usedAtMs: nowMs,
  operation: 'operation' as Digest,
  attempted: false,
  retries: 0,
};

/** What the store tells of the story, whatever the token is. */
function endedIn(story: Story): Ended[] {
  const { session, family } = endings(story);
  const { consent, client, raises } = story;
  return [
    ...(family ? [{ kind: 'family' as const, id: familyId, atMs: nowMs }] : []),
    ...(session ? [{ kind: 'session' as const, id: sessionId, atMs: nowMs }] : []),
    ...(story.isDeviceRemoved ? [{ kind: 'device' as const, id: deviceId, atMs: nowMs }] : []),
    ...(story.isRevoked ? [{ kind: 'token' as const, tokenId: 'jti-1', expiresAtMs: nowMs + 1 }] : []),
    ...(raises > 0 ? [{ kind: 'user' as const, id: userId, epoch: 5 + raises, atMs: nowMs }] : []),
    ...(consent ? [{ kind: 'consent' as const, userId, clientId, ...consent }] : []),
    ...(client ? [{ kind: 'client' as const, id: clientId, ...client }] : []),
  ];
}

const terms = {
  issuer,
  longestTokenSeconds: lifetimeSeconds,
  hash: (text: string) => createHash('sha256').update(text).digest('base64url'),
};

test('the feed refuses a token that has not expired exactly when introspection calls it inactive', () => {
  const seen = { active: 0, inactive: 0 };
  fc.assert(
    fc.property(stories, (story) => {
      const entries = endedIn(story).map((ended) => revocationEntry(ended, terms));
      const isActive = isAccessTokenActive(factsOf(story), nowMs);
      seen[isActive ? 'active' : 'inactive'] += 1;
      assert.equal(isRefused(entries, claimsOf(story)), !isActive);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(seen.active > 250 && seen.inactive > 250, JSON.stringify(seen));
});

test('an entry stays until the last token that it can concern has expired', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const claims = claimsOf(story);
      for (const ended of endedIn(story)) {
        const entry = revocationEntry(ended, terms);
        // The one token of a `jti` tells its expiry itself.
        if (entry.k !== 'jti' && isRefused([entry], claims)) assert.ok(entry.exp >= claims.exp);
      }
    }),
    { numRuns: 2_000 },
  );
});
