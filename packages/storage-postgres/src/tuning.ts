/**
 * For PostgreSQL alone: room in each page of families, so that a rotation stays in its page and needs no new index entry,
 * and a vacuum that comes before dead rows pile up. A living family costs the index of ended ones nothing, where an index may
 * hold a part of a table.
 */
export const tuning: readonly string[] = [
  'alter table family set (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02)',
  'alter table session set (fillfactor = 90)',
  'alter table device set (fillfactor = 90)',
  'alter table rate set (fillfactor = 50)',
  `do $$ begin
    create index if not exists family_ended on family (ended_at) where ended_at is not null;
    drop index if exists family_by_end;
  end $$`,
];
