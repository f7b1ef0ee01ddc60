import type { Client } from '@ostiary/model';
import type { Clients } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations, Transaction } from './operations.ts';
import { statement } from './statement.ts';
import { arrayOf, clientKey, identifying, textArrayOf } from './values.ts';

type ClientRow = { key: string; id: ClientId; epoch: number; isDisabled: boolean; changedAtMs: number };

const columns = `
  select key::text as key, client_id as id, epoch, is_disabled as "isDisabled", changed_at as "changedAtMs" from client`;
const find = statement<ClientRow>('client_find', `${columns} where key = any($1::bigint[])`);
const lockAll = statement<ClientRow>('client_lock_all', `${columns} order by client.key for update`);
const insert = statement(
  'client_insert',
  `insert into client (key, changed_at, epoch, is_disabled, client_id)
  select v.key, $3::bigint, 0, false, v.client_id from unnest($1::bigint[], $2::text[]) as v (key, client_id)`,
);
const enable = statement(
  'client_enable',
  'update client set is_disabled = false, changed_at = $2 where key = any($1::bigint[])',
);
const disable = statement(
  'client_disable',
  'update client set is_disabled = true, epoch = epoch + 1, changed_at = $2 where key = any($1::bigint[])',
);

/** The changing part of clients. */
export class ClientTable implements Clients {
  readonly #operations: Operations;
  readonly #found: BatchedRead<ClientRow>;

  constructor(operations: Operations, readers: number) {
    this.#operations = operations;
    this.#found = new BatchedRead(operations, find, (row) => row.key, readers);
  }

  async find(id: ClientId): Promise<Client | undefined> {
    const row = await this.#found.find(clientKey(id));
    if (row === undefined || row.id !== id) return undefined;
    return { id, epoch: row.epoch, isDisabled: row.isDisabled, changedAtMs: row.changedAtMs };
  }

  /** All rows are locked first, so that of callers at once one makes each change and the others find it made. */
  async sync(ids: ClientId[], atMs: number): Promise<{ enabled: ClientId[]; disabled: ClientId[] }> {
    return this.#operations.transaction((run) => agree(run, new Set(ids), atMs));
  }
}

async function agree(run: Transaction, wanted: Set<ClientId>, atMs: number) {
  const rows = new Map((await run(lockAll, [])).map((row) => [row.id, row]));
  const missing = [...wanted].filter((id) => !rows.has(id)).toSorted();
  const returning = [...wanted].filter((id) => rows.get(id)?.isDisabled === true);
  const leaving = [...rows.values()].filter((row) => !row.isDisabled && !wanted.has(row.id));
  const at = String(atMs);
  if (missing.length > 0) {
    await run(insert, [arrayOf(missing.map(clientKey)), textArrayOf(missing.map(identifying)), at]);
  }
  if (returning.length > 0) await run(enable, [arrayOf(returning.map(clientKey)), at]);
  if (leaving.length > 0) await run(disable, [arrayOf(leaving.map((row) => row.key)), at]);
  const enabled = [...wanted].filter((id) => missing.includes(id) || returning.includes(id));
  return { enabled, disabled: leaving.map((row) => row.id).toSorted() };
}
