-- Token buckets: at `noted_at` the bucket was such that nothing would be taken any more at `full_at`.
create table rate (
  key blob primary key check (length(key) = 32),
  full_at real not null,
  noted_at real not null
) strict, without rowid;

create table node (
  id text primary key,
  started_at integer not null,
  seen_at integer not null,
  version text not null,
  configuration text not null
) strict, without rowid;
