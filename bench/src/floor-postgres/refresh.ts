import { hash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { refreshKey } from '../floor/refresh-key.ts';
import type { Holder } from '../floor/tokens.ts';
import { isTagRight, parseRefreshToken, type PresentedToken } from '../refresh-token.ts';
import { Batches } from './batches.ts';

const RETRY_MILLISECONDS = 60_000;

/** `client` = 0 and the like: numbers by which the columns of a row are known. */
const READ = {
  name: 'read',
  text: `select f.handle, f.salt, f.generation, f.rotated_at, f.used_at, f.created_at, f.idle_seconds, f.absolute_seconds, f.ended_at,
    f.user_epoch, f.client_version, f.consent_version, u.sub, u.epoch, u.disabled_at, c.client_id, c.version as current_client_version,
    c.disabled_at as client_disabled_at, k.version as current_consent_version, k.withdrawn_at, d.handle as device, d.removed_at,
    s.handle as session, s.auth_time, s.ended_at as session_ended_at
  from family f join "user" u on u.id = f."user" join client c on c.id = f.client join consent k on k.id = f.consent
    join device d on d.id = f.device join session s on s.id = f.session
  where f.handle = any($1::uuid[])`,
};
/** Locks in the order of the handles, so that two batches never wait for each other in a circle. */
const ADVANCE = {
  name: 'advance',
  text: `with locked as (
    select f.handle, p.operation from family f
      join unnest($1::uuid[], $2::bigint[], $3::bytea[]) p (handle, generation, operation) on f.handle = p.handle and f.generation = p.generation
    where f.ended_at is null order by f.handle for update of f)
  update family f set generation = f.generation + 1, rotated_at = $4, used_at = $4, operation = l.operation
  from locked l where f.handle = l.handle returning f.handle`,
};

type Row = {
  handle: string;
  salt: string;
  generation: string;
  rotated_at: string;
  used_at: string;
  created_at: string;
  idle_seconds: number;
  absolute_seconds: number;
  ended_at: string | null;
  user_epoch: number;
  client_version: number;
  consent_version: number;
  sub: string;
  epoch: number;
  disabled_at: string | null;
  client_id: string;
  current_client_version: number;
  client_disabled_at: string | null;
  current_consent_version: number;
  withdrawn_at: string | null;
  device: string;
  removed_at: string | null;
  session: string;
  auth_time: string;
  session_ended_at: string | null;
};
type Advance = { handle: string; generation: number; nowMs: number };

export type Refreshed = { holder: Holder; generation: number };

/** Prepares the refresh of one database: reads and advances of requests that arrive together go in one statement each. */
export function prepareRefresh(
  readers: pg.Client[],
  writers: pg.Client[],
  issuer: string,
): (form: URLSearchParams, nowMs: number) => Promise<Refreshed | undefined> {
  const reads = new Batches(readers.map((client) => (handles: string[]) => readAll(client, handles)));
  const advances = new Batches(writers.map((client) => (batch: Advance[]) => advanceAll(client, batch)));
  return async (form, nowMs) => {
    const token = parseRefreshToken(form.get('refresh_token') ?? '', refreshKey);
    if (!token) return undefined;
    const handle = token.handle.toString('hex');
    // A race that was lost is seen in the row at the second look.
    for (let look = 0; look < 2; look++) {
      const row = await reads.add(handle);
      if (!row || row.client_id !== form.get('client_id') || !isAlive(row, nowMs)) return undefined;
      const salt = Buffer.from(row.salt.replaceAll('-', ''), 'hex');
      if (!isTagRight(refreshKey, token, salt)) return undefined;
      const generation = Number(row.generation);
      if (isRetry(token, row, nowMs)) return { holder: holderOf(row, token, salt, issuer), generation };
      if (token.generation !== generation) return undefined;
      const isAdvanced = await advances.add({ handle, generation, nowMs });
      if (isAdvanced) return { holder: holderOf(row, token, salt, issuer), generation: generation + 1 };
    }
    return undefined;
  };
}

async function readAll(client: pg.Client, handles: string[]): Promise<(Row | undefined)[]> {
  const { rows } = await client.query<Row>({ ...READ, values: [`{${handles.join(',')}}`] });
  const found = new Map(rows.map((row) => [row.handle.replaceAll('-', ''), row]));
  return handles.map((handle) => found.get(handle));
}

async function advanceAll(client: pg.Client, batch: Advance[]): Promise<boolean[]> {
  const values = [
    `{${batch.map(({ handle }) => handle).join(',')}}`,
    `{${batch.map(({ generation }) => generation).join(',')}}`,
    `{${batch.map(() => `"\\\\x${hash('sha256', randomUUID(), 'hex')}"`).join(',')}}`,
    batch[0]!.nowMs,
  ];
  const { rows } = await client.query<{ handle: string }>({ ...ADVANCE, values });
  const advanced = new Set(rows.map(({ handle }) => handle.replaceAll('-', '')));
  return batch.map(({ handle }) => advanced.has(handle));
}

function isRetry(token: PresentedToken, row: Row, nowMs: number): boolean {
  return token.generation === Number(row.generation) - 1 && nowMs - Number(row.rotated_at) <= RETRY_MILLISECONDS;
}

function isAlive(row: Row, nowMs: number): boolean {
  return (
    row.ended_at === null &&
    row.disabled_at === null &&
    row.client_disabled_at === null &&
    row.withdrawn_at === null &&
    row.removed_at === null &&
    row.session_ended_at === null &&
    row.epoch === row.user_epoch &&
    row.current_client_version === row.client_version &&
    row.current_consent_version === row.consent_version &&
    nowMs < Number(row.used_at) + row.idle_seconds * 1000 &&
    nowMs < Number(row.created_at) + row.absolute_seconds * 1000
  );
}

function holderOf(row: Row, { handle }: PresentedToken, salt: Uint8Array, issuer: string): Holder {
  return {
    issuer,
    clientId: row.client_id,
    sub: row.sub,
    epoch: row.epoch,
    deviceHandle: row.device,
    sessionHandle: row.session,
    authTime: Number(row.auth_time),
    familyHandle: handle,
    salt,
  };
}
