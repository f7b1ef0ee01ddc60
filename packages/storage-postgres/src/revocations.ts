import type { Ended } from '@ostiary/model';
import type { Revocations } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { idText } from './values.ts';

type EndedRow = {
  kind: Ended['kind'];
  /** A uuid, or the id of a token or client. */
  id: string;
  clientId: ClientId | null;
  /** The epoch of a user, the expiry of a token, 1 where a consent or client is over. */
  detail: number | null;
  atMs: number | null;
};

const findEnded = statement<EndedRow>(
  'ended_since',
  `select 'family' as kind, id::text as id, cast(null as text) as "clientId", cast(null as bigint) as detail,
    ended_at as "atMs"
  from family where ended_at >= $1
  union all select 'session', id::text, null, null, ended_at from session where ended_at >= $1
  union all select 'device', id::text, null, null, removed_at from device where removed_at >= $1
  union all select 'token', token_id, null, expires_at, revoked_at
    from revoked_token where revoked_at >= $1 or revoked_at is null
  union all select 'user', id::text, null, cast(epoch as bigint), epoch_raised_at
    from "user" where epoch_raised_at >= $1
  union all select 'consent', n.user_id::text, c.client_id, 1, n.withdrawn_at
    from consent n join client c on c.key = n.client where n.withdrawn_at >= $1
  union all select 'consent', n.user_id::text, c.client_id, 0, n.given_at
    from consent n join client c on c.key = n.client
    where n.withdrawn_at is null and n.version > 0 and n.given_at >= $1
  union all select 'client', client_id, client_id, case when is_disabled then 1 else 0 end, changed_at
    from client where epoch > 0 and changed_at >= $1
  limit $2`,
);

/** What ended, from the rows that ended; one statement, so that all of it is of one moment. */
export class EndedReads implements Revocations {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async endedSince(sinceMs: number, limit: number): Promise<Ended[]> {
    const rows = await this.#operations.query(findEnded, [String(Math.floor(sinceMs)), String(limit)]);
    return rows.map(endedOf);
  }
}

function endedOf({ kind, id, clientId, detail, atMs: noted }: EndedRow): Ended {
  const atMs = noted ?? 0;
  switch (kind) {
    case 'family':
      return { kind, id: idText('family', id), atMs };
    case 'session':
      return { kind, id: idText('session', id), atMs };
    case 'device':
      return { kind, id: idText('device', id), atMs };
    case 'token':
      return { kind, tokenId: id, expiresAtMs: detail ?? 0 };
    case 'user':
      return { kind, id: idText('user', id), epoch: detail ?? 0, atMs };
    case 'consent':
      return { kind, userId: idText('user', id), clientId: clientId ?? ('' as ClientId), isOver: detail === 1, atMs };
    case 'client':
      return { kind, id: id as ClientId, isOver: detail === 1, atMs };
  }
}
