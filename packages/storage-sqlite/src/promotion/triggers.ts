import { transferKinds } from '@ostiary/storage';
import type { TransferKind } from '@ostiary/storage';
import type { Database } from '../database.ts';
import { kindTables, rankOf } from './kinds.ts';

/** Events are only ever appended: a move reads on behind the last one. */
const notedKinds = transferKinds.filter((kind) => kind !== 'event');
/** Tables that do not move are closed as well: a closed file takes nothing. */
const closedTables = [...transferKinds.map((kind) => kindTables[kind].table), 'terms', 'meta', 'rate', 'node'];

const changes = { insert: 1, update: 0, delete: -1 } as const;
type Verb = keyof typeof changes;
const verbs = Object.keys(changes) as Verb[];

/** From now on, whoever changes a row notes its key, and nobody changes one while the file is fenced or promoted. */
export function installTriggers(db: Database): void {
  dropTriggers(db);
  for (const kind of notedKinds) for (const verb of verbs) db.exec(noting(kind, verb));
  for (const table of closedTables) for (const verb of verbs) db.exec(refusing(table, verb));
}

/** The file is as it was. */
export function dropTriggers(db: Database): void {
  dropNoting(db);
  for (const table of closedTables) {
    for (const verb of verbs) db.exec(`drop trigger if exists promotion_refuses_${verb}_${table}`);
  }
}

/** Nothing is noted any more; what refuses stays. */
export function dropNoting(db: Database): void {
  for (const kind of notedKinds) {
    for (const verb of verbs) db.exec(`drop trigger if exists promotion_notes_${verb}_${kindTables[kind].table}`);
  }
  db.exec('delete from promotion_change');
}

function noting(kind: TransferKind, verb: Verb): string {
  const { table, storedKey } = kindTables[kind];
  const key = storedKey(verb === 'delete' ? 'old' : 'new');
  return `
    create trigger promotion_notes_${verb}_${table} after ${verb} on ${table} begin
      insert into promotion_change (kind, key, net) values (${rankOf(kind)}, ${key}, ${changes[verb]})
      on conflict (kind, key) do update set net = net + excluded.net;
    end`;
}

function refusing(table: string, verb: Verb): string {
  return `
    create trigger promotion_refuses_${verb}_${table} before ${verb} on ${table}
    when (select state from promotion) in ('fenced', 'promoted') begin
      select case state
        when 'fenced' then raise(abort, 'the file is being promoted to PostgreSQL; try again in a few seconds')
        else raise(abort, 'the file was promoted to PostgreSQL; nothing is written to it any more')
      end from promotion;
    end`;
}
