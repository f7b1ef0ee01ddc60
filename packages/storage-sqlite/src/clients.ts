import type { Client, Expectation } from '@ostiary/model';
import type { Clients } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import type { Database, Statement } from './database.ts';

type ClientRow = { id: ClientId; epoch: number; disabled: number; changedAtMs: number };

/** The changing part of clients. */
export class ClientTable implements Clients {
  readonly #db: Database;
  readonly #find: Statement<ClientRow>;
  readonly #listEnabled: Statement<{ id: ClientId }>;
  readonly #enable: Statement<never>;
  readonly #disable: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare(
      'select client_id as id, epoch, disabled, changed_at as changedAtMs from client where client_id = ?',
    );
    this.#listEnabled = db.prepare('select client_id as id from client where disabled = 0 order by client_id');
    this.#enable = db.prepare(`
      insert into client (client_id, epoch, disabled, changed_at) values (?, 0, 0, ?)
      on conflict (client_id) do update set disabled = 0, changed_at = excluded.changed_at where disabled = 1`);
    this.#disable = db.prepare('update client set disabled = 1, epoch = epoch + 1, changed_at = ? where client_id = ?');
  }

  async find(id: ClientId): Promise<Client | undefined> {
    const row = this.#find.get(id);
    return row && { id: row.id, epoch: row.epoch, isDisabled: row.disabled === 1, changedAtMs: row.changedAtMs };
  }

  async sync(ids: ClientId[], atMs: number): Promise<{ enabled: ClientId[]; disabled: ClientId[] }> {
    return this.#db.transaction(() => {
      const wanted = new Set(ids);
      const enabled = [...wanted].filter((id) => this.#enable.run(id, atMs) === 1);
      const all = this.#listEnabled.all().map((row) => row.id);
      const disabled = all.filter((id) => !wanted.has(id));
      for (const id of disabled) this.#disable.run(atMs, id);
      return { enabled, disabled };
    });
  }

  stands({ id, epoch }: Expectation & { kind: 'client' }): boolean {
    return this.#find.get(id)?.epoch === epoch;
  }
}
