import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, errorsOf, problemsOf, warningsOf } from '../config.fixture.ts';

const url = 'postgres://ostiary:hush@db.example.com/ostiary';
const local = 'postgres://ostiary:hush@localhost:5433/ostiary';
const authority = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const elsewhere = { isDevelopment: false, secrets: { env: () => url, file: () => authority } };

/** The place that this object leads to, its address by reference. */
function placeOf(postgres: object, address = url) {
  const config = { storage: { postgres: { url: { env: 'DATABASE_URL' }, ...postgres } } };
  return completed(config, { secrets: { ...elsewhere.secrets, env: () => address } }).storage;
}

/** What is wrong with this address, in a place that says no more. */
function faultsOf(address: string): string[] {
  const secrets = { env: () => address };
  return errorsOf({ storage: { postgres: { url: { env: 'DATABASE_URL' } } } }, { secrets });
}

for (const storage of ['./data/ostiary.db', 'sqlite:', 'sqlite:///data/ostiary.db']) {
  test(`storage may not be ${storage}`, () => {
    assert.deepEqual(errorsOf({ storage }), [
      'storage: must be "sqlite:" and a path, such as "sqlite:./data/ostiary.db", "sqlite::memory:", or ' +
        '{ "postgres": { "url": { "env": "DATABASE_URL" } } }',
    ]);
  });
}

test('an address of PostgreSQL as a text leads to how it is written', () => {
  assert.deepEqual(errorsOf({ storage: url }), [
    'storage: PostgreSQL is written as an object, such as { "postgres": { "url": { "env": "DATABASE_URL" } } }',
  ]);
});

test('what leaves this machine is encrypted and verified; on this machine it is so when asked for', () => {
  assert.deepEqual(placeOf({}), { kind: 'postgres', url, tls: {} });
  assert.deepEqual(placeOf({ ca: 'ca.pem' }), { kind: 'postgres', url, tls: { ca: authority } });
  for (const mode of ['require', 'verify-ca', 'verify-full'])
    assert.deepEqual(placeOf({}, `${url}?sslmode=${mode}`), { kind: 'postgres', url, tls: {} });
  for (const plain of [local, `${local}?sslmode=disable`])
    assert.deepEqual(placeOf({}, plain), { kind: 'postgres', url: local });
  assert.deepEqual(placeOf({}, `${local}?sslmode=verify-full`), { kind: 'postgres', url: local, tls: {} });
  assert.deepEqual(placeOf({ ca: 'ca.pem' }, local), { kind: 'postgres', url: local, tls: { ca: authority } });
});

test('numbers of connections are passed on', () => {
  assert.deepEqual(placeOf({ readers: 8, writers: 3 }), { kind: 'postgres', url, tls: {}, readers: 8, writers: 3 });
});

test('a connection without encryption leaves this machine by the option with that name alone, and is warned of', () => {
  const why = 'whoever is between this server and the database reads its password and the data of all users';
  assert.deepEqual(faultsOf(`${url}?sslmode=disable`), [
    `storage.postgres.url: sslmode=disable is for this machine only: ${why}; remove it`,
  ]);
  const storage = { postgres: { url: { env: 'DATABASE_URL' }, dangerouslyUnencrypted: true } };
  assert.deepEqual(warningsOf({ storage }, elsewhere), [`storage.postgres.dangerouslyUnencrypted: ${why}`]);
  assert.deepEqual(placeOf({ dangerouslyUnencrypted: true }), { kind: 'postgres', url });
});

test('encryption cannot be asked for and refused at once', () => {
  const both =
    'storage.postgres: asks for encryption and against it; remove one of ca, sslmode and dangerouslyUnencrypted';
  const ask = (postgres: object, address: string) =>
    errorsOf(
      { storage: { postgres: { url: { env: 'DATABASE_URL' }, ...postgres } } },
      { secrets: { ...elsewhere.secrets, env: () => address } },
    );
  assert.deepEqual(ask({ ca: 'ca.pem', dangerouslyUnencrypted: true }, url), [both]);
  assert.deepEqual(ask({ dangerouslyUnencrypted: true }, `${url}?sslmode=require`), [both]);
  assert.deepEqual(ask({ ca: 'ca.pem' }, `${local}?sslmode=disable`), [both]);
});

test('a password in the file is warned of, outside development', () => {
  const storage = { postgres: { url } };
  assert.deepEqual(warningsOf({ storage }), [
    'storage.postgres.url: the password of the database stands in the configuration file; { "env": "NAME" } or { "file": "path" } keeps it apart',
  ]);
  const issuer = 'http://localhost:4000';
  assert.deepEqual(problemsOf({ issuer, storage }, { isDevelopment: true }), []);
  assert.deepEqual(problemsOf({ storage: { postgres: { url: { env: 'DATABASE_URL' } } } }, elsewhere), []);
  assert.deepEqual(problemsOf({ storage: { postgres: { url: url.replace(':hush', '') } } }), []);
});

const wrong: [string, RegExp][] = [
  ['db.example.com', /^must be the address of a database, such as "postgres:\/\/ROLE/],
  ['mysql://ostiary:hush@db.example.com/ostiary', /^must be the address of a database/],
  ['postgres://db.example.com/ostiary', /^names no role; /],
  ['postgres://ostiary:hush@db.example.com', /^names no database; /],
  ['postgres://ostiary:hush@one.example.com,two.example.com/ostiary', /^must name one host/],
  ['postgres://ostiary:hush%zz@db.example.com/ostiary', /^has a "%" that begins no character/],
  [`${url}?sslmode=prefer`, /^sslmode must be verify-full or disable/],
  [`${url}?sslmode=require&channel_binding=require`, /^has the parameter "channel_binding"/],
  [`${url}?sslrootcert=ca.pem`, /^has the parameter sslrootcert; write the file into "ca"/],
];
for (const [address, message] of wrong) {
  test(`an address may not be ${address.replace('hush', '...')}, and is not repeated`, () => {
    const [fault = '', ...others] = faultsOf(address);
    assert.deepEqual(others, []);
    assert.match(fault.replace('storage.postgres.url: ', ''), message);
    assert.ok(!fault.includes('hush'));
  });
}

test('an authority that cannot be read, or is none, is told', () => {
  const storage = { postgres: { url: { env: 'DATABASE_URL' }, ca: 'gone.pem' } };
  assert.deepEqual(errorsOf({ storage }, { secrets: { env: () => url } }), [
    'storage.postgres.ca: the file "gone.pem" cannot be read (ENOENT); paths begin at the configuration file',
  ]);
  assert.deepEqual(errorsOf({ storage }, { secrets: { env: () => url, file: () => 'a key, perhaps' } }), [
    'storage.postgres.ca: the file "gone.pem" holds no certificate in PEM',
  ]);
});

test('slips of the pen are told by their path', () => {
  const secrets = { env: () => url };
  assert.deepEqual(errorsOf({ storage: { postgre: {} } }), [
    'storage.postgres: missing; it must be an object',
    'storage.postgre: unknown field; did you mean "postgres"?',
  ]);
  assert.deepEqual(
    errorsOf({ storage: { postgres: { url: { env: 'DATABASE_URL' }, reader: 1, writers: 0 } } }, { secrets }),
    [
      'storage.postgres.writers: must be at least 1, not 0',
      'storage.postgres.reader: unknown field; did you mean "readers"?',
    ],
  );
  assert.deepEqual(errorsOf({ storage: { postgres: {} } }), [
    'storage.postgres.url: missing; it must be a text, { "env": "NAME" } or { "file": "path" }',
  ]);
  assert.deepEqual(errorsOf({ storage: 5 }), ['storage: must be an object, not 5']);
});
