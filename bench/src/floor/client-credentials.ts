import { hash, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

type ClientRow = { secret_hash: Uint8Array | null; disabled_at: number | null };

/** Prepares the authentication of services by client_secret_basic; the answer is the client's id, undefined is `invalid_client`. */
export function prepareClientAuthentication(
  database: DatabaseSync,
): (authorization: string | undefined) => string | undefined {
  const read = database.prepare('select secret_hash, disabled_at from client where client_id = ?');
  return (authorization) => {
    if (!authorization?.startsWith('Basic ')) return undefined;
    const [id, secret] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
    if (id === undefined || secret === undefined) return undefined;
    const client = read.get(decodeURIComponent(id)) as ClientRow | undefined;
    if (!client?.secret_hash || client.disabled_at !== null) return undefined;
    const isRight = timingSafeEqual(client.secret_hash, hash('sha256', decodeURIComponent(secret), 'buffer'));
    return isRight ? id : undefined;
  };
}
