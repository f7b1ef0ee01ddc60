// #region why
// node why.mjs data/ostiary.db ada@example.com
import { DatabaseSync } from 'node:sqlite';

const [path, username] = process.argv.slice(2);
const events = new DatabaseSync(path, { readOnly: true })
  .prepare(
    `select datetime(at / 1000, 'unixepoch') as at, kind, client, cause, reason, correlation_id as correlationId
     from audit where user = (select public_id from user where username = ?) order by id desc limit 50`,
  )
  .all(username);
for (const event of events) console.log(JSON.stringify(event));
// #endregion why
