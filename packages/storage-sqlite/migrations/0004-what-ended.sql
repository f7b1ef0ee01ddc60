-- When a user's epoch was raised last, and when an access token was taken back; null where a version before this one did it.
alter table user add column epoch_raised_at integer;
alter table revoked_token add column revoked_at integer;

-- What ended lately, for the feed of revocations. Rows that live are in none of them.
create index family_ended on family (ended_at) where ended_at is not null;
create index session_ended on session (ended_at) where ended_at is not null;
create index device_removed on device (removed_at) where removed_at is not null;
create index user_epoch_raised on user (epoch_raised_at) where epoch_raised_at is not null;
create index consent_withdrawn on consent (withdrawn_at) where withdrawn_at is not null;
create index consent_given_again on consent (given_at) where version > 0 and withdrawn_at is null;
create index revoked_token_revoked on revoked_token (revoked_at);
