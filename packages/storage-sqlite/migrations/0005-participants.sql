-- Clients that are to be told when a session ends. `session` is the session's public id. They become due with its end, whoever
-- ends it, and go with its row.
create table participant (
  session blob not null check (length(session) = 16),
  client integer not null references client (id),
  joined_at integer not null,
  ended_at integer,
  due_at integer,
  attempts integer not null,
  primary key (session, client)
) strict, without rowid;
create index participant_due on participant (due_at) where due_at is not null;
create trigger participant_is_due after update of ended_at on session
when old.ended_at is null and new.ended_at is not null
begin
  update participant set ended_at = new.ended_at, due_at = new.ended_at where session = new.public_id;
end;
create trigger participant_goes after delete on session
begin
  delete from participant where session = old.public_id;
end;
