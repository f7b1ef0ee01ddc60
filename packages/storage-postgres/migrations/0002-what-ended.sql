-- When a user's epoch was raised last, and when an access token was taken back; null where a version before this one did it.
alter table "user" add column if not exists epoch_raised_at bigint;
alter table revoked_token add column if not exists revoked_at bigint;

-- What ended lately, for the feed of revocations. These indexes hold living rows too, as nulls, of some 7 bytes each; a refresh changes
-- none of them. PostgreSQL gets a partial one in place of that on families: see `tuning`.
create index if not exists family_by_end on family (ended_at);
create index if not exists session_by_end on session (ended_at);
create index if not exists device_by_removal on device (removed_at);
create index if not exists user_by_epoch_raise on "user" (epoch_raised_at);
create index if not exists consent_by_withdrawal on consent (withdrawn_at);
create index if not exists consent_by_giving on consent (given_at);
create index if not exists revoked_token_by_revocation on revoked_token (revoked_at);
