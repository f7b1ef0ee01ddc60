import type { Ended } from '@ostiary/model';
import type { Revocations } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import { idText } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type IdRow = { id: Uint8Array; atMs: number };
type UserRow = IdRow & { epoch: number };
type TokenRow = { tokenId: string; expiresAtMs: number };
type ClientRow = { clientId: ClientId; isOver: number; atMs: number };
type ConsentRow = ClientRow & { userId: Uint8Array };

const consent = `
  select u.public_id as userId, c.client_id as clientId, n.withdrawn_at is not null as isOver,
    coalesce(n.withdrawn_at, n.given_at) as atMs
  from consent n join user u on u.id = n.user join client c on c.id = n.client`;

/** What ended, from the rows that ended. */
export class EndedRows implements Revocations {
  readonly #readers: ((sinceMs: number, limit: number) => Ended[])[];

  constructor(db: Database) {
    const list = <Row extends IdRow>(sql: string, endedOf: (row: Row) => Ended) => reader<Row>(db, sql, endedOf);
    this.#readers = [
      list('select public_id as id, ended_at as atMs from family where ended_at >= ? limit ?', ({ id, atMs }) => ({
        kind: 'family',
        id: idText('family', id),
        atMs,
      })),
      list('select public_id as id, ended_at as atMs from session where ended_at >= ? limit ?', ({ id, atMs }) => ({
        kind: 'session',
        id: idText('session', id),
        atMs,
      })),
      list('select public_id as id, removed_at as atMs from device where removed_at >= ? limit ?', ({ id, atMs }) => ({
        kind: 'device',
        id: idText('device', id),
        atMs,
      })),
      list<UserRow>(
        'select public_id as id, epoch, epoch_raised_at as atMs from user where epoch_raised_at >= ? limit ?',
        ({ id, epoch, atMs }) => ({ kind: 'user', id: idText('user', id), epoch, atMs }),
      ),
      reader<TokenRow>(
        db,
        `select token_id as tokenId, expires_at as expiresAtMs from revoked_token
        where revoked_at >= ? or revoked_at is null limit ?`,
        (row) => ({ kind: 'token', ...row }),
      ),
      reader<ConsentRow>(db, `${consent} where n.withdrawn_at >= ? limit ?`, consentOf),
      reader<ConsentRow>(
        db,
        `${consent} where n.withdrawn_at is null and n.version > 0 and n.given_at >= ? limit ?`,
        consentOf,
      ),
      reader<ClientRow>(
        db,
        `select client_id as clientId, disabled as isOver, changed_at as atMs from client
        where epoch > 0 and changed_at >= ? limit ?`,
        ({ clientId, isOver, atMs }) => ({ kind: 'client', id: clientId, isOver: isOver === 1, atMs }),
      ),
    ];
  }

  async endedSince(sinceMs: number, limit: number): Promise<Ended[]> {
    const ended: Ended[] = [];
    for (const read of this.#readers) ended.push(...read(sinceMs, limit - ended.length));
    return ended;
  }
}

function reader<Row extends Record<string, Uint8Array | string | number>>(
  db: Database,
  sql: string,
  endedOf: (row: Row) => Ended,
): (sinceMs: number, limit: number) => Ended[] {
  const statement: Statement<Row> = db.prepare(sql);
  return (sinceMs, limit) => statement.all(sinceMs, limit).map(endedOf);
}

function consentOf({ userId, clientId, isOver, atMs }: ConsentRow): Ended {
  return { kind: 'consent', userId: idText('user', userId), clientId, isOver: isOver === 1, atMs };
}
