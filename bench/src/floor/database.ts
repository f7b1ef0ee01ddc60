import { DatabaseSync } from 'node:sqlite';

/**
 * The rows that a token request has to read and write, with integer keys and STRICT tables. The family has the two
 * indexes that a server cannot do without: by handle, and by user for the account page and "sign out everywhere".
 */
const SCHEMA = `
create table user (id integer primary key, sub text not null unique, epoch integer not null, disabled_at integer) strict;
create table client (id integer primary key, client_id text not null unique, secret_hash blob, version integer not null, disabled_at integer) strict;
create table consent (id integer primary key, user integer not null, client integer not null, version integer not null, withdrawn_at integer,
  unique (user, client)) strict;
create table device (id integer primary key, user integer not null, handle text not null unique, removed_at integer) strict;
create table session (id integer primary key, device integer not null, handle text not null unique, auth_time integer not null, ended_at integer) strict;
create table family (
  id integer primary key, handle blob not null unique, salt blob not null, user integer not null, client integer not null, consent integer not null,
  device integer not null, session integer not null, grant_set integer not null, generation integer not null, key_id integer not null,
  rotated_at integer not null, used_at integer not null, created_at integer not null, idle_seconds integer not null, absolute_seconds integer not null,
  operation blob, user_epoch integer not null, client_version integer not null, consent_version integer not null, ended_at integer, end_cause integer) strict;
create index family_living on family (user) where ended_at is null;
create table code (
  id integer primary key, hash blob not null unique, user integer not null, client integer not null, consent integer not null, device integer not null,
  session integer not null, redirect_uri text not null, challenge text not null, nonce text not null, expires_at integer not null, consumed_at integer,
  operation blob, family integer) strict;
`;

/** Opens a durable database: WAL, fsync at every commit. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = off;');
  database.exec(SCHEMA);
  return database;
}
