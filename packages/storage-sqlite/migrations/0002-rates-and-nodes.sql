-- Token buckets: `full_at` is the time at which nothing is taken any more.
create table rate (key blob primary key check (length(key) = 32), full_at real not null) strict, without rowid;

create table node (
  id text primary key,
  started_at integer not null,
  seen_at integer not null,
  version text not null,
  configuration text not null
) strict, without rowid;
