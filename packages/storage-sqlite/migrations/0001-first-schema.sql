-- Integer keys inside; `public_id` is the 128-bit part of a prefixed id. Digests, salts and thumbprints are blobs.
-- Times are milliseconds since 1970 unless a name says otherwise.

create table meta (name text primary key, value integer not null) strict, without rowid;
insert into meta values ('restore_epoch', 0);

create table user (
  id integer primary key,
  public_id blob not null unique check (length(public_id) = 16),
  username text not null unique,
  password_hash text,
  epoch integer not null,
  disabled integer not null,
  claims text not null,
  created_at integer not null
) strict;

create table client (
  id integer primary key,
  client_id text not null unique,
  epoch integer not null,
  disabled integer not null,
  changed_at integer not null
) strict;

create table device (
  id integer primary key,
  public_id blob not null unique check (length(public_id) = 16),
  user integer not null references user (id),
  cookie_hash blob not null check (length(cookie_hash) = 32),
  name text not null,
  user_agent text not null,
  created_at integer not null,
  seen_at integer not null,
  removed_at integer
) strict;
create index device_of_user on device (user, cookie_hash) where removed_at is null;

create table session (
  id integer primary key,
  public_id blob not null unique check (length(public_id) = 16),
  cookie_hash blob not null unique check (length(cookie_hash) = 32),
  user integer not null references user (id),
  device integer not null references device (id),
  user_epoch integer not null,
  auth_time integer not null,
  acr text not null,
  amr text not null,
  created_at integer not null,
  seen_at integer not null,
  ended_at integer,
  end_cause text
) strict;
create index session_living on session (user) where ended_at is null;

create table consent (
  user integer not null references user (id),
  client integer not null references client (id),
  version integer not null,
  scopes text not null,
  apis text not null,
  redirect_hosts text not null,
  given_at integer not null,
  withdrawn_at integer,
  primary key (user, client)
) strict, without rowid;

-- What many families share; rows are never changed.
create table terms (
  id integer primary key,
  body text not null unique,
  bound_to text not null,
  idle_seconds integer,
  absolute_seconds integer
) strict;

-- `session` is the session's public id: a family may outlive its session's row.
create table family (
  id integer primary key,
  public_id blob not null unique check (length(public_id) = 16),
  salt blob not null check (length(salt) = 16),
  user integer not null references user (id),
  client integer not null references client (id),
  device integer not null references device (id),
  session blob not null check (length(session) = 16),
  terms integer not null references terms (id),
  generation integer not null,
  key_id integer not null,
  auth_time integer not null,
  created_at integer not null,
  rotated_at integer not null,
  used_at integer not null,
  operation blob not null check (length(operation) = 32),
  attempted integer not null,
  jkt blob check (length(jkt) = 32),
  user_epoch integer not null,
  client_epoch integer not null,
  consent_version integer not null,
  retries integer not null,
  ended_at integer,
  end_cause text
) strict;
create index family_living on family (user) where ended_at is null;

create table code (
  hash blob primary key check (length(hash) = 32),
  body text not null,
  expires_at integer not null,
  redemption text
) strict, without rowid;
create index code_expiry on code (expires_at);

create table interaction (
  hash blob primary key check (length(hash) = 32),
  body text not null,
  expires_at integer not null
) strict, without rowid;
create index interaction_expiry on interaction (expires_at);

create table once_value (
  hash blob primary key check (length(hash) = 32),
  operation blob not null check (length(operation) = 32),
  expires_at integer not null
) strict, without rowid;
create index once_value_expiry on once_value (expires_at);

create table revoked_token (token_id text primary key, expires_at integer not null) strict, without rowid;
create index revoked_token_expiry on revoked_token (expires_at);

create table signing_key (
  kid text primary key,
  alg text not null,
  public_jwk text not null,
  sealed text not null,
  created_at integer not null,
  active_from integer not null,
  retired_at integer
) strict, without rowid;

create table mac_key (
  purpose text not null,
  key_id integer not null,
  sealed text not null,
  created_at integer not null,
  active_from integer not null,
  primary key (purpose, key_id)
) strict, without rowid;

-- Refers to nothing: what is recorded outlives the rows it tells of.
create table audit (
  id integer primary key,
  public_id blob not null check (length(public_id) = 16),
  at integer not null,
  kind text not null,
  user blob,
  client text,
  device blob,
  session blob,
  family blob,
  cause text,
  reason text,
  correlation_id text
) strict;
create index audit_of_user on audit (user) where user is not null;
create index audit_of_family on audit (family) where family is not null;
create trigger audit_is_not_changed before update on audit begin select raise(abort, 'audit is append-only'); end;
create trigger audit_is_not_removed before delete on audit begin select raise(abort, 'audit is append-only'); end;
