-- One statement is one step: each stands alone, may be repeated, and ends with a semicolon at the end of its line.
-- Ids are the 128-bit part of prefixed ids. Digests and thumbprints are bytes, or text in base64url where they are keys, since
-- Aurora DSQL has no bytes in keys. Times are milliseconds since 1970.
-- No sequences, foreign keys, triggers or partial indexes: engines that scale out lack them or pay for them.

create table if not exists meta (name text primary key, value text not null);
insert into meta (name, value) values ('restore_epoch', '0') on conflict (name) do nothing;

create table if not exists "user" (
  created_at bigint not null,
  epoch integer not null,
  is_disabled boolean not null,
  id uuid primary key,
  username text not null,
  password_hash text,
  claims text not null
);
create unique index if not exists user_by_username on "user" (username);

-- `key` is the first 8 bytes of the SHA-256 of `client_id`; who reads by it compares the whole.
create table if not exists client (
  key bigint primary key,
  changed_at bigint not null,
  epoch integer not null,
  is_disabled boolean not null,
  client_id text not null
);

create table if not exists device (
  created_at bigint not null,
  seen_at bigint not null,
  removed_at bigint,
  id uuid primary key,
  user_id uuid not null,
  cookie_hash bytea not null,
  name text not null,
  user_agent text not null
);
create index if not exists device_by_user on device (user_id);

create table if not exists session (
  auth_time bigint not null,
  created_at bigint not null,
  seen_at bigint not null,
  ended_at bigint,
  user_epoch integer not null,
  id uuid primary key,
  user_id uuid not null,
  device_id uuid not null,
  cookie_hash text not null,
  acr text not null,
  amr text not null,
  end_cause text
);
create unique index if not exists session_by_cookie on session (cookie_hash);
create index if not exists session_by_user on session (user_id);

create table if not exists consent (
  client bigint not null,
  given_at bigint not null,
  withdrawn_at bigint,
  version integer not null,
  user_id uuid not null,
  scopes text not null,
  apis text not null,
  redirect_hosts text not null,
  primary key (user_id, client)
);

-- What many families share; rows are never changed. `key` is the first 8 bytes of the SHA-256 of `body`.
create table if not exists terms (
  key bigint primary key,
  idle_seconds bigint,
  absolute_seconds bigint,
  body text not null
);

-- A rotation changes no indexed column, so that it leaves no new index entry behind.
-- A family may outlive its session's row.
create table if not exists family (
  client bigint not null,
  terms bigint not null,
  generation bigint not null,
  auth_time bigint not null,
  created_at bigint not null,
  rotated_at bigint not null,
  used_at bigint not null,
  retries bigint not null,
  ended_at bigint,
  user_epoch integer not null,
  client_epoch integer not null,
  consent_version integer not null,
  key_id smallint not null,
  is_attempted boolean not null,
  is_session_bound boolean not null,
  id uuid primary key,
  salt uuid not null,
  user_id uuid not null,
  device_id uuid not null,
  session_id uuid not null,
  operation bytea not null,
  jkt bytea,
  end_cause text
);
create index if not exists family_by_user on family (user_id);

create table if not exists code (
  expires_at bigint not null,
  hash text primary key,
  body text not null,
  redemption text
);
create index if not exists code_by_expiry on code (expires_at);

create table if not exists interaction (
  expires_at bigint not null,
  is_consumed boolean not null,
  hash text primary key,
  chosen_session text,
  body text not null
);
create index if not exists interaction_by_expiry on interaction (expires_at);

create table if not exists once_value (
  expires_at bigint not null,
  hash text primary key,
  operation bytea not null
);
create index if not exists once_value_by_expiry on once_value (expires_at);

create table if not exists revoked_token (expires_at bigint not null, token_id text primary key);
create index if not exists revoked_token_by_expiry on revoked_token (expires_at);

create table if not exists signing_key (
  kid text primary key,
  alg text not null,
  public_jwk text not null,
  sealed text not null,
  created_at bigint not null,
  active_from bigint not null,
  retired_at bigint
);

create table if not exists mac_key (
  purpose text not null,
  key_id integer not null,
  sealed text not null,
  created_at bigint not null,
  active_from bigint not null,
  primary key (purpose, key_id)
);

-- Refers to nothing: what is recorded outlives the rows it tells of. `place` orders by time; the adapter draws it.
create table if not exists audit (
  at bigint not null,
  place uuid primary key,
  id uuid not null,
  user_id uuid,
  device_id uuid,
  session_id uuid,
  family_id uuid,
  kind text not null,
  client_id text,
  cause text,
  reason text,
  correlation_id text
);
create index if not exists audit_by_user on audit (user_id, place);
create index if not exists audit_by_family on audit (family_id, place);

-- Token buckets: `full_at` is the time at which nothing is taken any more, by the clock that read `noted_at` when it was noted.
create table if not exists rate (
  full_at double precision not null,
  noted_at double precision not null,
  key text primary key
);

create table if not exists node (
  id text primary key,
  started_at bigint not null,
  seen_at bigint not null,
  version text not null,
  configuration text not null
);
