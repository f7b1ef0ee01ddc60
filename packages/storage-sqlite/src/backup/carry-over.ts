import { DatabaseSync } from 'node:sqlite';
import { Database } from '../database.ts';

/** What was taken away after a backup was made, and is taken away in the restored database as well: rows of each kind. */
export interface CarriedOver {
  usersDisabled: number;
  usersSignedOut: number;
  passwords: number;
  consents: number;
  devices: number;
  sessions: number;
  families: number;
  revokedTokens: number;
  events: number;
  keys: number;
}

/** What was given after a backup was made, and is not in the restored database. */
export interface LeftBehind {
  /** User names, 20 at most. */
  usersAdded: string[];
  usersEnabled: string[];
}

/**
 * Takes over from the present database what must not come back to life with the staged one: whatever was ended, disabled,
 * removed, withdrawn, revoked or used up since. Nothing that was given since is taken over, so that this can only take away.
 * Keys and audit events are taken over when the present database is a later state of the staged one. All or nothing: throws
 * when the present database cannot be read.
 */
export function carryOver(staged: string, present: string, nowMs: number): CarriedOver & LeftBehind {
  const handle = new DatabaseSync(staged);
  try {
    const db = new Database(handle);
    db.prepare('attach database ? as present').run(present);
    return db.transaction(() => takeOver(db, nowMs));
  } finally {
    handle.close();
  }
}

function takeOver(db: Database, nowMs: number): CarriedOver & LeftBehind {
  const run = (sql: string) => db.prepare(sql).run();
  const isLaterState = db.prepare(laterState).get() !== undefined;
  const left = { usersAdded: namesOf(db, usersAdded), usersEnabled: namesOf(db, usersEnabled) };
  run(restoreEpoch);
  run(clients);
  run(onceValues);
  const carried: CarriedOver = {
    usersDisabled: run(usersDisabled),
    usersSignedOut: run(usersSignedOut),
    passwords: run(passwords),
    consents: db.prepare(consents).run(nowMs),
    devices: run(devices),
    sessions: run(endings('session')),
    families: run(endings('family')),
    revokedTokens: run(revokedTokens),
    events: isLaterState ? run(events) : 0,
    keys: isLaterState ? takeKeysOver(db) : 0,
  };
  return { ...carried, ...left };
}

/** The last event of the staged database stands in the present one at the same place. */
const laterState = `
  select a.id from main.audit a join present.audit p on p.id = a.id and p.public_id = a.public_id
  where a.id = (select max(id) from main.audit)`;

const usersAdded = `
  select username from present.user where public_id not in (select public_id from main.user) order by id limit 20`;
const usersEnabled = `
  select u.username from main.user u join present.user p on p.public_id = u.public_id
  where u.disabled = 1 and p.disabled = 0 order by u.id limit 20`;

const restoreEpoch = `
  update main.meta set value = max(value, (select value from present.meta where name = 'restore_epoch'))
  where name = 'restore_epoch'`;

const clients = `
  update main.client as c set epoch = max(c.epoch, p.epoch), disabled = max(c.disabled, p.disabled),
    changed_at = max(c.changed_at, p.changed_at)
  from present.client p where p.client_id = c.client_id and (p.epoch > c.epoch or p.disabled > c.disabled)`;

/** Used up before the backup or after it: never again. */
const onceValues = `
  insert or ignore into main.once_value (hash, operation, expires_at)
  select hash, operation, expires_at from present.once_value`;

const usersDisabled = `
  update main.user as u set disabled = 1
  from present.user p where p.public_id = u.public_id and p.disabled > u.disabled`;
const usersSignedOut = `
  update main.user as u set epoch = p.epoch, epoch_raised_at = p.epoch_raised_at
  from present.user p where p.public_id = u.public_id and p.epoch > u.epoch`;
const passwords = `
  update main.user as u set password_hash = p.password_hash
  from present.user p where p.public_id = u.public_id and p.password_hash is not u.password_hash`;

/** Changed is as good as withdrawn: the user is asked again. */
const consents = `
  update main.consent as c set version = p.version + (p.withdrawn_at is null), withdrawn_at = coalesce(p.withdrawn_at, ?)
  from present.consent p
    join present.user pu on pu.id = p.user join main.user u on u.public_id = pu.public_id
    join present.client pk on pk.id = p.client join main.client k on k.client_id = pk.client_id
  where c.user = u.id and c.client = k.id and p.version > c.version`;

const devices = `
  update main.device as d set removed_at = p.removed_at
  from present.device p where p.public_id = d.public_id and p.removed_at is not null and d.removed_at is null`;

/** Everything else ends anyway; these keep the cause that they had. */
function endings(table: 'session' | 'family'): string {
  return `
    update main.${table} as t set ended_at = p.ended_at, end_cause = p.end_cause
    from present.${table} p where p.public_id = t.public_id and p.ended_at is not null and t.ended_at is null`;
}

const revokedTokens = `
  insert or ignore into main.revoked_token (token_id, expires_at, revoked_at)
  select token_id, expires_at, revoked_at from present.revoked_token`;

const events = `
  insert into main.audit
    (id, public_id, at, kind, user, client, device, session, family, cause, reason, correlation_id)
  select id, public_id, at, kind, user, client, device, session, family, cause, reason, correlation_id
  from present.audit where id > (select max(id) from main.audit) order by id`;

/** A signing key that was taken out of use since must not sign again, and one made since is known to APIs already. */
function takeKeysOver(db: Database): number {
  const columns = 'kid, alg, public_jwk, sealed, created_at, active_from, retired_at';
  const macColumns = 'purpose, key_id, sealed, created_at, active_from';
  const gone = db.prepare('delete from main.signing_key where kid not in (select kid from present.signing_key)').run();
  const retired = db
    .prepare(`
      update main.signing_key as k set retired_at = p.retired_at
      from present.signing_key p where p.kid = k.kid and p.retired_at is not k.retired_at`)
    .run();
  const made = db
    .prepare(`insert or ignore into main.signing_key (${columns}) select ${columns} from present.signing_key`)
    .run();
  const macs = db
    .prepare(`insert or ignore into main.mac_key (${macColumns}) select ${macColumns} from present.mac_key`)
    .run();
  return gone + retired + made + macs;
}

function namesOf(db: Database, sql: string): string[] {
  return db
    .prepare<{ username: string }>(sql)
    .all()
    .map(({ username }) => username);
}
