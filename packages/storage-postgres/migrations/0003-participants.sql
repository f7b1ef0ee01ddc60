-- Clients that are to be told when a session ends. They become due with its end, and go with its row.
create table if not exists participant (
  client bigint not null,
  joined_at bigint not null,
  ended_at bigint,
  due_at bigint,
  attempts integer not null,
  session_id uuid not null,
  primary key (session_id, client)
);
create index if not exists participant_by_due on participant (due_at);
