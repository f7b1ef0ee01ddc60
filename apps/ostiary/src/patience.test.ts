import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPatience } from './patience.ts';

function fault(name: string, message: string, more: { cause?: unknown; code?: string } = {}): Error {
  return Object.assign(new Error(message, more), { name }, more.code !== undefined && { code: more.code });
}

const late = fault('StorageUnavailable', 'no connection to PostgreSQL came free in time');

/** Fails so many times, at one second each, and then succeeds. */
function trial(failures: number, thrown: unknown = late) {
  let nowMs = 0;
  let tries = 0;
  const told: string[] = [];
  const done = withPatience(
    async () => {
      tries += 1;
      nowMs += 1_000;
      if (tries <= failures) throw thrown;
      return 'open';
    },
    {
      name: 'postgres://db/ostiary',
      tell: (why, leftMs) => void told.push(`${why}, ${leftMs}`),
      monotonicMs: () => nowMs,
      pause: async (ms) => {
        nowMs += ms;
      },
    },
  );
  return { done, told, tries: () => tries };
}

test('a database that is late is asked again, and each time it is told why', async () => {
  const { done, told, tries } = trial(2);
  assert.equal(await done, 'open');
  assert.equal(tries(), 3);
  assert.deepEqual(told, [`${late.message}, 29000`, `${late.message}, 27500`]);
});

test('after half a minute it is over, with the reason', async () => {
  const { done, tries } = trial(1_000);
  await assert.rejects(done, {
    name: 'Stop',
    message: `the database postgres://db/ostiary did not answer in time for 30 s: ${late.message}`,
  });
  assert.equal(tries(), 21);
});

for (const [what, cause] of [
  ['a statement that took too long', fault('error', 'canceling statement', { code: '57014' })],
  ['a server that is starting', fault('error', 'the database system is starting up', { code: '57P03' })],
  ['a connection that did not come about in time', fault('Error', 'timeout expired')],
  ['a connection that broke', fault('Error', 'read ECONNRESET', { code: 'ECONNRESET' })],
] as const) {
  test(`${what} is waited for`, async () => {
    assert.equal(await trial(1, fault('Stop', 'cannot be opened', { cause: within(cause) })).done, 'open');
  });
}

for (const [what, cause] of [
  ['nobody who listens', fault('Error', 'connect', { code: 'ECONNREFUSED' })],
  ['a wrong password', fault('error', 'password authentication failed', { code: '28P01' })],
  ['tables that are not there', fault('error', 'no such table', { code: '42P01' })],
  ['a server without TLS', fault('Error', 'The server does not support SSL connections')],
] as const) {
  test(`${what} is told at once`, async () => {
    const thrown = within(cause);
    const { done, tries } = trial(1, thrown);
    await assert.rejects(done, thrown);
    assert.equal(tries(), 1);
  });
}

test('what is not about the database is told at once', async () => {
  const { done, tries } = trial(1, fault('Error', 'the database has no tables of Ostiary'));
  await assert.rejects(done, { message: 'the database has no tables of Ostiary' });
  assert.equal(tries(), 1);
});

function within(cause: Error): Error {
  return fault('StorageUnavailable', `PostgreSQL: ${cause.message}`, { cause });
}
