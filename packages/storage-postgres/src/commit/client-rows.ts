import type { Expectation } from '@ostiary/model';
import type { ClientId } from '@ostiary/wire';
import type { Call } from '../statement.ts';
import { arrayOf, clientKey } from '../values.ts';
import { locking } from './locking.ts';

type ClientRow = { id: ClientId; epoch: number };

const lock = locking<ClientRow>(
  'client',
  'select client_id as id, epoch from client where key = any($1::bigint[]) order by key',
);

/** Clients as the plans of one batch see them. No plan changes one. */
export class ClientRows {
  readonly #epochs = new Map<ClientId, number>();

  static lock(ids: Iterable<string>, isChanged: boolean): Call {
    return {
      statement: isChanged ? lock.update : lock.share,
      values: [arrayOf([...ids].map((id) => clientKey(id as ClientId)))],
    };
  }

  load(rows: ClientRow[]): void {
    for (const { id, epoch } of rows) this.#epochs.set(id, epoch);
  }

  has(id: ClientId): boolean {
    return this.#epochs.has(id);
  }

  stands({ id, epoch }: Expectation & { kind: 'client' }): boolean {
    return this.#epochs.get(id) === epoch;
  }
}
