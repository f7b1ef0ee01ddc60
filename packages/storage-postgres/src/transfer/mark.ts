import type { TransferAttempt } from '@ostiary/storage';
import type { Operations, Transaction } from '../operations.ts';
import { statement } from '../statement.ts';

/** What `meta` says of rows that came, or come, from a file. */
export interface Mark extends TransferAttempt {
  state: 'copying' | 'in charge';
}

const name = 'promotion';
const read = statement<{ value: string }>('transfer_mark_read', 'select value from meta where name = $1');
const lock = statement<{ value: string }>('transfer_mark_lock', 'select value from meta where name = $1 for update');
const write = statement(
  'transfer_mark_write',
  'insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
);

/** Throws while rows are still being copied into the database: what is there is not complete, and not in charge. */
export async function assertNotBeingFilled(operations: Operations): Promise<void> {
  const [row] = await operations.query(read, [name]);
  if (row === undefined || markOf(row).state !== 'copying') return;
  throw new Error(
    'it is being filled by "ostiary promote", or was when that was interrupted; run "ostiary promote" again with the ' +
      'configuration of the file that is promoted',
  );
}

/** Locks the mark until the transaction ends. */
export async function lockMark(run: Transaction): Promise<Mark | undefined> {
  const [row] = await run(lock, [name]);
  return row && markOf(row);
}

export async function writeMark(run: Transaction, mark: Mark): Promise<void> {
  await run(write, [name, JSON.stringify(mark)]);
}

function markOf(row: { value: string }): Mark {
  return JSON.parse(row.value) as Mark;
}
