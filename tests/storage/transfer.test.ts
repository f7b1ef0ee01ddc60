import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import { transferKey, transferKinds } from '@ostiary/storage';
import type { TransferBatch, TransferKind, TransferRows, TransferTarget } from '@ostiary/storage';
import {
  bornMs,
  clientId,
  codeRow,
  consentRow,
  dayMs,
  deviceRow,
  digest,
  event,
  familyRow,
  interactionRow,
  redemption,
  sessionId,
  sessionRow,
  userRow,
} from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore, openPostgresTransfer } from '@ostiary/storage-postgres';
import type { ClientId } from '@ostiary/wire';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

describe('a PostgreSQL database that takes over the rows of a file, by the role that serves', () => {
  let database: TestDatabase;
  let target: TransferTarget;

  before(async () => {
    database = await (await postgresServer()).newDatabase();
    const { name, url } = await database.newRole();
    await migratePostgres({ url: database.url, runtimeRole: name });
    target = await openPostgresTransfer({ url });
    await target.mark.begin({ source: 'file', attempt: 1 });
  });
  after(async () => {
    await target.close();
    await database.drop();
  });

  for (const kind of transferKinds) {
    it(`reads ${kind} rows as they were written, also when they are written twice`, async () => {
      for (let time = 0; time < 2; time += 1)
        await target.write({ kind, rows: original[kind], removed: [] } as TransferBatch);
      assert.deepEqual(await found(kind, original[kind]), inOrder(kind, original[kind]));
      assert.equal((await target.count())[kind], original[kind].length);
    });

    it(`writes changed ${kind} rows over those of the same key`, async () => {
      await target.write({ kind, rows: changed[kind], removed: [] } as TransferBatch);
      assert.deepEqual(await found(kind, changed[kind]), inOrder(kind, changed[kind]));
      assert.equal((await target.count())[kind], original[kind].length);
    });
  }

  const removable = [
    'session',
    'family',
    'code',
    'interaction',
    'onceValue',
    'revokedToken',
    'signingKey',
    'participant',
  ];
  for (const kind of transferKinds.filter((each) => removable.includes(each))) {
    it(`removes ${kind} rows, gone ones as well`, async () => {
      const removed = original[kind].map((row) => transferKey(kind, row as never));
      for (let time = 0; time < 2; time += 1) await target.write({ kind, rows: [], removed } as TransferBatch);
      assert.equal((await target.count())[kind], 0);
    });
  }

  function found<Kind extends TransferKind>(kind: Kind, rows: TransferRows[Kind][]): Promise<TransferRows[Kind][]> {
    return target
      .find(
        kind,
        rows.map((row) => transferKey(kind, row)),
      )
      .then((read) => inOrder(kind, read));
  }
});

describe('the mark in a database that takes over', () => {
  it('keeps a promotion out of a database that holds other rows', () =>
    withDatabase(async (open) => {
      const target = await open();
      await target.mark.begin({ source: 'file', attempt: 1 });
      await target.write({ kind: 'user', rows: original.user, removed: [] });
      await assert.rejects(target.mark.begin({ source: 'another file', attempt: 1 }), /not empty: it holds 2 user/);
      await assert.rejects(target.mark.finish('another file'), /does not hold the rows of this file/);
    }));

  it('lets a later attempt of the same file begin anew, and an earlier one write no more', () =>
    withDatabase(async (open) => {
      const [first, second] = [await open(), await open()];
      await first.mark.begin({ source: 'file', attempt: 1 });
      await first.write({ kind: 'code', rows: original.code, removed: [] });
      await second.mark.begin({ source: 'file', attempt: 2 });
      assert.equal((await second.count()).code, 0);
      await assert.rejects(first.write({ kind: 'code', rows: original.code, removed: [] }), /another promotion/);
      await assert.rejects(first.mark.begin({ source: 'file', attempt: 2 }), /a later promotion/);
      await second.write({ kind: 'code', rows: original.code, removed: [] });
    }));

  it('keeps servers away until the rows are complete', async () => {
    const database = await (await postgresServer()).newDatabase();
    const target = await openPostgresTransfer({ url: database.url });
    await target.mark.begin({ source: 'file', attempt: 1 });
    await assert.rejects(openPostgresStore({ url: database.url }), /is being filled by "ostiary promote"/);
    await target.mark.finish('file');
    await (await openPostgresStore({ url: database.url })).close();
    await target.close();
    await database.drop();
  });

  it('is not made by a role that may make no tables', async () => {
    const database = await (await postgresServer()).newDatabase();
    const { url } = await database.newRole();
    await assert.rejects(openPostgresTransfer({ url }), /this role cannot make it .*run "ostiary migrate"/);
    await database.drop();
  });

  it('takes no rows once the database is in charge', () =>
    withDatabase(async (open) => {
      const target = await open();
      await target.mark.begin({ source: 'file', attempt: 1 });
      for (let time = 0; time < 2; time += 1) await target.mark.finish('file');
      await assert.rejects(target.write({ kind: 'user', rows: original.user, removed: [] }), /another promotion/);
      await assert.rejects(target.mark.begin({ source: 'file', attempt: 2 }), /in charge already/);
    }));
});

async function withDatabase(work: (open: () => Promise<TransferTarget>) => Promise<void>): Promise<void> {
  const database = await (await postgresServer()).newDatabase();
  const targets: TransferTarget[] = [];
  try {
    await work(async () => {
      const target = await openPostgresTransfer({ url: database.url });
      targets.push(target);
      return target;
    });
  } finally {
    for (const target of targets) await target.close();
    await database.drop();
  }
}

function inOrder<Kind extends TransferKind>(kind: Kind, rows: TransferRows[Kind][]): TransferRows[Kind][] {
  return rows.toSorted((a, b) => (transferKey(kind, a) < transferKey(kind, b) ? -1 : 1));
}

type Rows = { [Kind in TransferKind]: TransferRows[Kind][] };

const odd = 'a "quoted" \\ back{slash}, ünïcode, null';
const spaced = 'an app with spaces' as ClientId;
const times = { createdAtMs: bornMs, activeFromMs: bornMs + 1 };
const publicJwk = {
  kty: 'EC' as const,
  kid: 'k1',
  alg: 'ES256' as const,
  use: 'sig' as const,
  crv: 'P-256',
  x: 'x',
  y: 'y',
};
const offline = { ...familyRow('x').terms, boundTo: 'offline' as const };
const { absoluteSeconds: _, idleSeconds: __, ...endless } = offline;

const original: Rows = {
  client: [
    { id: clientId, epoch: 0, isDisabled: false, changedAtMs: bornMs },
    { id: spaced, epoch: 3, isDisabled: true, changedAtMs: bornMs },
  ],
  user: [userRow('ada'), userRow('bob', { passwordHash: '$argon2id$v=19$x', claims: { name: odd } })],
  device: [deviceRow('laptop', { name: odd }), deviceRow('phone', { removedAtMs: bornMs + 1 })],
  session: [
    sessionRow('laptop'),
    sessionRow('phone', { endedAtMs: bornMs + 1, endCause: 'signed_out', amr: ['pwd', 'otp'] }),
  ],
  consent: [consentRow(), consentRow({ clientId: spaced, withdrawnAtMs: bornMs + 5 })],
  family: [
    familyRow('one', { generation: 2 ** 31 - 1, attempted: true, jkt: digest('key') }),
    familyRow('two', { terms: offline }),
    familyRow('three', { terms: endless, endedAtMs: bornMs + 9, endCause: 'reuse_detected' as never }),
  ],
  code: [codeRow('a'), codeRow('b', { redemption: redemption('b') })],
  interaction: [interactionRow('a'), interactionRow('b', { isConsumed: true, chosenSessionId: sessionId('laptop') })],
  onceValue: [{ hash: digest('jti'), operation: digest('operation'), expiresAtMs: bornMs + dayMs }],
  revokedToken: [{ tokenId: odd, expiresAtMs: bornMs + dayMs }],
  signingKey: [{ kid: 'k1', alg: 'ES256', publicJwk, sealed: 'sealed', ...times }],
  macKey: [
    { purpose: 'refresh', keyId: 255, sealed: 'sealed', ...times },
    { purpose: 'cookie', keyId: 0, sealed: 'sealed', ...times },
  ],
  participant: [
    { sessionId: sessionId('laptop'), clientId: spaced, joinedAtMs: bornMs, attempts: 0 },
    {
      sessionId: sessionId('phone'),
      clientId,
      joinedAtMs: bornMs,
      endedAtMs: bornMs + 1,
      dueAtMs: bornMs + 2,
      attempts: 1,
    },
  ],
  event: [
    { place: 1, event: event('a') },
    {
      place: 2 ** 40,
      event: event('b', { userId: userRow('ada').id, familyId: familyRow('one').id, reason: odd, clientId }),
    },
  ],
};

const changed: Rows = {
  ...original,
  client: original.client.map((row) => ({
    ...row,
    epoch: row.epoch + 1,
    isDisabled: !row.isDisabled,
    changedAtMs: bornMs + 7,
  })),
  user: original.user.map((row) => ({ ...row, epoch: 4, isDisabled: true, passwordHash: 'another', claims: {} })),
  device: original.device.map((row) => ({ ...row, seenAtMs: bornMs + 8, name: 'another', userAgent: odd })),
  session: [
    sessionRow('laptop', { cookieHash: digest('renewed'), authTimeMs: bornMs + 3, seenAtMs: bornMs + 4, acr: '2' }),
  ],
  consent: [consentRow({ version: 9, scopes: [], apis: {}, redirectHosts: [odd], givenAtMs: bornMs + 2 })],
  family: [
    familyRow('two', {
      terms: offline,
      generation: 7,
      keyId: 2,
      rotatedAtMs: bornMs + 5,
      usedAtMs: bornMs + 6,
      operation: digest('advance'),
      attempted: true,
      retries: 3,
      endedAtMs: bornMs + 7,
      endCause: 'signed_out',
    }),
  ],
  code: [codeRow('a', { redemption: redemption('a') })],
  interaction: [interactionRow('a', { isConsumed: true })],
  onceValue: [{ hash: digest('jti'), operation: digest('another'), expiresAtMs: bornMs + 2 * dayMs }],
  revokedToken: [{ tokenId: odd, expiresAtMs: bornMs + 2 * dayMs }],
  signingKey: [{ kid: 'k1', alg: 'ES256', publicJwk, sealed: 'sealed', ...times, retiredAtMs: bornMs + dayMs }],
  participant: [
    {
      sessionId: sessionId('phone'),
      clientId,
      joinedAtMs: bornMs,
      endedAtMs: bornMs + 1,
      dueAtMs: bornMs + 9,
      attempts: 2,
    },
  ],
};
