import type { Living } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import { idText } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type SessionRow = { id: Uint8Array; userId: Uint8Array; deviceId: Uint8Array };
type FamilyRow = SessionRow & { clientId: ClientId };

/** What a loss of history ends or removes, of all users. */
export class LivingRows {
  readonly #sessions: Statement<SessionRow>;
  readonly #families: Statement<FamilyRow>;
  readonly #pending: Statement<never>[];

  constructor(db: Database) {
    this.#sessions = db.prepare(`
      select s.public_id as id, u.public_id as userId, d.public_id as deviceId
      from session s join user u on u.id = s.user join device d on d.id = s.device
      where s.ended_at is null and s.created_at <= ? limit ?`);
    this.#families = db.prepare(`
      select f.public_id as id, u.public_id as userId, d.public_id as deviceId, c.client_id as clientId
      from family f join user u on u.id = f.user join device d on d.id = f.device join client c on c.id = f.client
      where f.ended_at is null and f.created_at <= ? limit ?`);
    this.#pending = ['code', 'interaction'].map((table) =>
      db.prepare(`delete from ${table} where hash in (select hash from ${table} limit ?)`),
    );
  }

  list(bornUntilMs: number, limit: number): Living {
    return {
      sessions: this.#sessions.all(bornUntilMs, limit).map(placeOf),
      families: this.#families
        .all(bornUntilMs, limit)
        .map((row) => ({ ...placeOf(row), id: idText('family', row.id), clientId: row.clientId })),
    };
  }

  removePending(limit: number): number {
    let removed = 0;
    for (const statement of this.#pending) removed += statement.run(limit - removed);
    return removed;
  }
}

function placeOf({ id, userId, deviceId }: SessionRow): Living['sessions'][number] {
  return { id: idText('session', id), userId: idText('user', userId), deviceId: idText('device', deviceId) };
}
