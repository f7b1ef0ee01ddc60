import { DatabaseSync } from 'node:sqlite';
import { drawNumbers } from '../draw-numbers.ts';
import { bytesPerRow } from '../stored-bytes.ts';
import type { Stock, StoredFamily } from './stock.ts';

const NUMBERS = 'with recursive number (n) as (select 1 union all select n + 1 from number where n < $users)';
/** Users, devices and sessions get equal keys. `$user` and `$base`: the one to copy, and the largest key in use. */
const COPIES = [
  `insert into user (id, public_id, username, password_hash, epoch, disabled, claims, created_at) ${NUMBERS} select $base + n, randomblob(16), 'copy-' || ($base + n) || '@bench.example', t.password_hash, t.epoch,
     t.disabled, t.claims, t.created_at from number, user t where t.id = $user`,
  `insert into device ${NUMBERS} select $base + n, randomblob(16), $base + n, randomblob(32), t.name, t.user_agent, t.created_at, t.seen_at,
     t.removed_at from number, (select * from device where user = $user limit 1) t`,
  `insert into session ${NUMBERS} select $base + n, randomblob(16), randomblob(32), $base + n, $base + n, t.user_epoch, t.auth_time, t.acr,
     t.amr, t.created_at, t.seen_at, t.ended_at, t.end_cause from number, (select * from session where user = $user limit 1) t`,
  `insert into consent ${NUMBERS} select $base + n, t.client, t.version, t.scopes, t.apis, t.redirect_hosts, t.given_at, t.withdrawn_at
     from number, consent t where t.user = $user`,
  // The families of one user are born far apart, as they would be.
  `insert into family ${NUMBERS} select null, randomblob(16), randomblob(16), $base + n, t.client, $base + n, s.public_id, t.terms,
     t.generation, t.key_id, t.auth_time, t.created_at, t.rotated_at, t.used_at, randomblob(32), t.attempted, t.jkt, t.user_epoch,
     t.client_epoch, t.consent_version, t.retries, t.ended_at, t.end_cause
   from (select * from family where user = $user order by client) t cross join number join session s on s.id = $base + n`,
];
const PICK = `select f.public_id as handle, f.salt, f.generation, c.client_id as clientId
  from family f join client c on c.id = f.client where f.id = ?`;

/** The stock in a database file of SQLite. */
export function openSqliteStock(path: string): Stock {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  // A stock that a power cut takes away is made anew.
  database.exec('pragma synchronous = off; pragma cache_size = -262144');
  const valueOf = (sql: string): number => Number(database.prepare(sql).get()?.['value']);
  let [first, last] = [1, 0];
  return {
    grow: async (families) => {
      const user = valueOf('select user as value from family limit 1');
      first = valueOf('select max(id) + 1 as value from family');
      const each = valueOf(`select count(*) as value from family where user = ${user}`);
      const base = valueOf(
        'select max((select max(id) from user), (select max(id) from device), (select max(id) from session)) as value',
      );
      database.exec('begin immediate');
      for (const copy of COPIES) {
        const statement = database.prepare(copy);
        statement.setAllowUnknownNamedParameters(true);
        statement.run({ user, base, users: Math.ceil(families / each) });
      }
      database.exec('commit; pragma wal_checkpoint(truncate)');
      last = valueOf('select max(id) as value from family');
    },
    pick: async (count) => {
      const read = database.prepare(PICK);
      return drawNumbers(count, first, last).map((id) => read.get(id) as StoredFamily);
    },
    sealedRefreshKey: async () =>
      database.prepare("select key_id as keyId, sealed from mac_key where purpose = 'refresh'").get() as {
        keyId: number;
        sealed: string;
      },
    bytesPerFamily: async () => bytesPerRow(path, 'family'),
    close: async () => database.close(),
  };
}
