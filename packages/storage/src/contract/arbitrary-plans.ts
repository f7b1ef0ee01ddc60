import type { Consumption, Ending, Expectation, Insertion, Plan, Touch } from '@ostiary/model';
import { causes } from '@ostiary/wire';
import fc from 'fast-check';
import {
  bornMs,
  clientId,
  codeRow,
  consentRow,
  deviceId,
  deviceRow,
  digest,
  eventId,
  familyId,
  familyRow,
  interactionRow,
  otherClientId,
  redemption,
  sessionId,
  sessionRow,
  terms,
  userId,
  userRow,
} from './rows.ts';

/** Few names, so that plans meet. Rows of these names are there at the start. */
const labels = { users: ['ada', 'bob'], places: ['laptop', 'phone'], rows: ['f', 'g', 'h'] } as const;

const user = fc.constantFrom(...labels.users).map(userId);
const client = fc.constantFrom(clientId, otherClientId);
const device = fc.constantFrom(...labels.places).map(deviceId);
const session = fc.constantFrom(...labels.places).map(sessionId);
const row = fc.constantFrom(...labels.rows);
const cause = fc.constantFrom(...causes);
const atMs = fc.integer({ min: 0, max: 9 }).map((offset) => bornMs + offset);
const small = fc.integer({ min: 0, max: 2 });
const operation = fc.constantFrom('o', 'p').map(digest);

const expectation: fc.Arbitrary<Expectation> = fc.oneof(
  fc.record({ kind: fc.constant('user' as const), id: user, epoch: small }),
  fc.record({ kind: fc.constant('client' as const), id: client, epoch: fc.constantFrom(0, 0, 0, 1) }),
  fc.record({
    kind: fc.constant('consent' as const),
    userId: user,
    clientId: client,
    version: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('session' as const), id: session }),
  fc.record({ kind: fc.constant('device' as const), id: device }),
  fc.record({ kind: fc.constant('family' as const), id: row.map(familyId) }),
);

const consumption: fc.Arbitrary<Consumption> = fc.oneof(
  fc.record({
    kind: fc.constant('code' as const),
    hash: row.map((label) => codeRow(label).hash),
    redemption: operation.map((each) => redemption('r', { operation: each })),
  }),
  fc.record({ kind: fc.constant('interaction' as const), hash: row.map((label) => interactionRow(label).hash) }),
  fc.record({
    kind: fc.constant('once' as const),
    hash: row.map((label) => digest(`once ${label}`)),
    expiresAtMs: atMs,
    operation,
  }),
);

const advance = fc.record({
  familyId: row.map(familyId),
  from: small,
  keyId: small,
  atMs,
  operation,
  attempted: fc.boolean(),
});

const ending: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({ kind: fc.constant('family' as const), id: row.map(familyId), cause, atMs }),
  fc.record({
    kind: fc.constant('families' as const),
    of: fc.record(
      {
        userId: user,
        clientId: client,
        deviceId: device,
        exceptDeviceId: device,
        sessionId: session,
        boundTo: fc.constant('session' as const),
      },
      { requiredKeys: ['userId'] },
    ),
    cause,
    atMs,
  }),
  fc.record({ kind: fc.constant('session' as const), id: session, cause, atMs }),
  fc.record(
    { kind: fc.constant('sessions' as const), userId: user, deviceId: device, exceptDeviceId: device, cause, atMs },
    { requiredKeys: ['kind', 'userId', 'cause', 'atMs'] },
  ),
  fc.record({ kind: fc.constant('device' as const), id: device, atMs }),
  fc.record({ kind: fc.constant('consent' as const), userId: user, clientId: client, atMs }),
  fc.record({ kind: fc.constant('user' as const), id: user, disable: fc.boolean(), atMs }),
);

const touch: fc.Arbitrary<Touch> = fc.oneof(
  fc.record(
    { kind: fc.constant('family' as const), id: row.map(familyId), usedAtMs: atMs, retries: small },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('session' as const), id: session, seenAtMs: atMs }),
  fc.record({
    kind: fc.constant('device' as const),
    id: device,
    seenAtMs: atMs,
    userAgent: fc.constantFrom('ua/1', 'ua/2'),
    name: fc.constantFrom('one', 'two'),
  }),
  fc.record({
    kind: fc.constant('interaction' as const),
    hash: row.map((label) => interactionRow(label).hash),
    chosenSessionId: session,
  }),
  fc.record({ kind: fc.constant('password' as const), userId: user, passwordHash: fc.constantFrom('one', 'two') }),
  fc.record({ kind: fc.constant('enable' as const), userId: user }),
);

/** What to insert; `named` gives it an id of its own, since ids are random and never meet. */
type NewRow = (named: string) => Insertion;
const insertion: fc.Arbitrary<NewRow> = fc.oneof(
  fc
    .record({ userId: user, clientId: client, deviceId: device, sessionId: session })
    .map((place): NewRow => (named) => ({ kind: 'family', row: familyRow(named, place) })),
  fc.constant<NewRow>((named) => ({ kind: 'family', row: familyRow(named, { userId: userId('nobody') }) })),
  fc.constant<NewRow>((named) => ({ kind: 'code', row: codeRow(named) })),
  fc.constant<NewRow>((named) => ({ kind: 'interaction', row: interactionRow(named) })),
  fc.constant<NewRow>((named) => ({ kind: 'revokedToken', tokenId: named, expiresAtMs: bornMs, atMs: bornMs })),
  fc
    .record({ userId: user, clientId: client, version: fc.integer({ min: 1, max: 3 }) })
    .map((consent): NewRow => () => ({ kind: 'consent', row: consentRow(consent) })),
  fc.constantFrom('eve', 'ada', 'mallory').map((name): NewRow => (named) => ({
    kind: 'user',
    row: userRow(named, { username: `${name}@example.com` }),
  })),
  fc.record({ userId: user, deviceId: device }).map((place): NewRow => (named) => ({
    kind: 'session',
    row: sessionRow(named, place),
  })),
  fc.record({ sessionId: session, clientId: client, joinedAtMs: atMs }).map((participant): NewRow => () => ({
    kind: 'participant',
    row: participant,
  })),
  user.map((id): NewRow => (named) => ({ kind: 'device', row: deviceRow(named, { userId: id }) })),
);

const few = { maxLength: 2 };
const draft = fc.record({
  expects: fc.array(expectation, few),
  consumes: fc.uniqueArray(consumption, { ...few, selector: ({ kind, hash }) => kind + hash }),
  advances: fc.uniqueArray(advance, { ...few, selector: ({ familyId: id }) => id }),
  insertions: fc.uniqueArray(insertion, { ...few, selector: (make) => kindOfRow(make('')) }),
  ends: fc.array(ending, few),
  touches: fc.array(touch, few),
  eventCount: fc.constantFrom(0, 0, 1),
});

/** Waves of plans; those of one wave arrive together. Every inserted row has an id of its own. */
export const planWaves: fc.Arbitrary<Plan[][]> = fc
  .array(fc.array(draft, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .map((waves) =>
    waves.map((drafts, wave) =>
      drafts.map(({ insertions, eventCount, ...parts }, place) => ({
        ...withStandingSessions({
          ...parts,
          inserts: insertions.map((make, index) => make(`new ${wave}.${place}.${index}`)),
        }),
        events: Array.from({ length: eventCount }, () => ({
          id: eventId(`${wave}.${place}`),
          atMs: bornMs,
          kind: 'alarm' as const,
        })),
      })),
    ),
  );

/** Whoever lets a client join a session expects that it stands, and does not end it. */
function withStandingSessions(parts: Omit<Plan, 'events'>): Omit<Plan, 'events'> {
  const joined = parts.inserts.flatMap((each) => (each.kind === 'participant' ? [each.row.sessionId] : []));
  if (joined.length === 0) return parts;
  return {
    ...parts,
    expects: [...parts.expects, ...joined.map((id): Expectation => ({ kind: 'session', id }))],
    ends: parts.ends.filter(({ kind }) => kind !== 'session' && kind !== 'sessions'),
  };
}

/** The rows of the names in `labels`. */
export function firstRows(): Insertion[] {
  return [
    ...labels.users.map((label): Insertion => ({ kind: 'user', row: userRow(label) })),
    ...labels.places.map((label): Insertion => ({ kind: 'device', row: deviceRow(label) })),
    ...labels.places.map((label): Insertion => {
      return { kind: 'session', row: sessionRow(label, { deviceId: deviceId(label) }) };
    }),
    { kind: 'consent', row: consentRow() },
    ...labels.rows.flatMap((label, index): Insertion[] => [
      { kind: 'code', row: codeRow(label) },
      { kind: 'interaction', row: interactionRow(label) },
      {
        kind: 'family',
        row: familyRow(label, {
          userId: userId(labels.users[index >> 1]!),
          deviceId: deviceId(labels.places[index % 2]!),
          terms: { ...terms, boundTo: index === 1 ? 'offline' : 'session' },
        }),
      },
    ]),
  ];
}

function kindOfRow(insertion: Insertion): string {
  return insertion.kind;
}
