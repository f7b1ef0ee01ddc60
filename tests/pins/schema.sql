CREATE INDEX audit_of_family on audit (family) where family is not null;
CREATE INDEX audit_of_user on audit (user) where user is not null;
CREATE INDEX code_expiry on code (expires_at);
CREATE INDEX consent_given_again on consent (given_at) where version > 0 and withdrawn_at is null;
CREATE INDEX consent_withdrawn on consent (withdrawn_at) where withdrawn_at is not null;
CREATE INDEX device_of_user on device (user, cookie_hash) where removed_at is null;
CREATE INDEX device_removed on device (removed_at) where removed_at is not null;
CREATE INDEX family_ended on family (ended_at) where ended_at is not null;
CREATE INDEX family_living on family (user) where ended_at is null;
CREATE INDEX interaction_expiry on interaction (expires_at);
CREATE INDEX once_value_expiry on once_value (expires_at);
CREATE INDEX participant_due on participant (due_at) where due_at is not null;
CREATE INDEX revoked_token_expiry on revoked_token (expires_at);
CREATE INDEX revoked_token_revoked on revoked_token (revoked_at);
CREATE INDEX session_ended on session (ended_at) where ended_at is not null;
CREATE INDEX session_living on session (user) where ended_at is null;
CREATE INDEX user_epoch_raised on user (epoch_raised_at) where epoch_raised_at is not null;
CREATE TABLE audit (
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
CREATE TABLE client (
  id integer primary key,
  client_id text not null unique,
  epoch integer not null,
  disabled integer not null,
  changed_at integer not null
) strict;
CREATE TABLE code (
  hash blob primary key check (length(hash) = 32),
  body text not null,
  expires_at integer not null,
  redemption text
) strict, without rowid;
CREATE TABLE consent (
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
CREATE TABLE device (
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
CREATE TABLE family (
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
CREATE TABLE interaction (
  hash blob primary key check (length(hash) = 32),
  body text not null,
  expires_at integer not null
) strict, without rowid;
CREATE TABLE mac_key (
  purpose text not null,
  key_id integer not null,
  sealed text not null,
  created_at integer not null,
  active_from integer not null,
  primary key (purpose, key_id)
) strict, without rowid;
CREATE TABLE meta (name text primary key, value integer not null) strict, without rowid;
CREATE TABLE migration (version integer primary key, name text not null, checksum text not null) strict;
CREATE TABLE node (
  id text primary key,
  started_at integer not null,
  seen_at integer not null,
  version text not null,
  configuration text not null
) strict, without rowid;
CREATE TABLE once_value (
  hash blob primary key check (length(hash) = 32),
  operation blob not null check (length(operation) = 32),
  expires_at integer not null
) strict, without rowid;
CREATE TABLE participant (
  session blob not null check (length(session) = 16),
  client integer not null references client (id),
  joined_at integer not null,
  ended_at integer,
  due_at integer,
  attempts integer not null,
  primary key (session, client)
) strict, without rowid;
CREATE TABLE promotion (
  id integer primary key check (id = 1),
  source text not null,
  attempt integer not null,
  state text not null,
  place text not null,
  target text not null,
  beat integer not null,
  held_ms integer,
  note text,
  changed_at integer not null
) strict;
CREATE TABLE promotion_change (
  kind integer not null,
  key any not null,
  net integer not null,
  primary key (kind, key)
) strict, without rowid;
CREATE TABLE rate (
  key blob primary key check (length(key) = 32),
  full_at real not null,
  noted_at real not null
) strict, without rowid;
CREATE TABLE revoked_token (token_id text primary key, expires_at integer not null, revoked_at integer) strict, without rowid;
CREATE TABLE session (
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
CREATE TABLE signing_key (
  kid text primary key,
  alg text not null,
  public_jwk text not null,
  sealed text not null,
  created_at integer not null,
  active_from integer not null,
  retired_at integer
) strict, without rowid;
CREATE TABLE terms (
  id integer primary key,
  body text not null unique,
  bound_to text not null,
  idle_seconds integer,
  absolute_seconds integer
) strict;
CREATE TABLE user (
  id integer primary key,
  public_id blob not null unique check (length(public_id) = 16),
  username text not null unique,
  password_hash text,
  epoch integer not null,
  disabled integer not null,
  claims text not null,
  created_at integer not null
, epoch_raised_at integer) strict;
CREATE TRIGGER audit_is_not_changed before update on audit begin select raise(abort, 'audit is append-only'); end;
CREATE TRIGGER audit_is_not_removed before delete on audit begin select raise(abort, 'audit is append-only'); end;
CREATE TRIGGER participant_goes after delete on session
begin
  delete from participant where session = old.public_id;
end;
CREATE TRIGGER participant_is_due after update of ended_at on session
when old.ended_at is null and new.ended_at is not null
begin
  update participant set ended_at = new.ended_at, due_at = new.ended_at where session = new.public_id;
end;
