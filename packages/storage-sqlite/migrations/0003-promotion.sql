-- How far the move to another database came; one row from the first attempt on. `target` is sealed under the master key.
create table promotion (
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

-- Rows that changed during a move, noted by triggers; `net` is how many more rows there are than the target has.
create table promotion_change (
  kind integer not null,
  key any not null,
  net integer not null,
  primary key (kind, key)
) strict, without rowid;
