import type { Consent, Ending, Expectation } from '@ostiary/model';
import { statement } from '../statement.ts';
import { locking } from './locking.ts';
import type { Call } from '../statement.ts';
import { arrayOf, clientKey, soughtUuid, textArrayOf, uuidOf } from '../values.ts';
import { consentId, consentPair } from './needs.ts';

type ConsentRow = { userId: string; client: string; version: number; withdrawnAtMs: number | null };

interface ConsentState {
  version: number;
  withdrawnAtMs?: number;
  /** The whole row, when it is new or replaced. */
  put?: Consent;
  isChanged: boolean;
}

const columns = `
  select user_id as "userId", client::text as client, version, withdrawn_at as "withdrawnAtMs" from consent
  where (user_id, client) in (select * from unnest($1::uuid[], $2::bigint[]))`;
const lock = locking<ConsentRow>('consent', `${columns} order by user_id, consent.client`);
const update = statement(
  'consent_update',
  `update consent set version = v.version, withdrawn_at = v.withdrawn_at
  from unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[]) as v (user_id, client, version, withdrawn_at)
  where consent.user_id = v.user_id and consent.client = v.client`,
);
const put = statement(
  'consent_put',
  `insert into consent (user_id, client, version, withdrawn_at, scopes, apis, redirect_hosts, given_at)
  select * from unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::bigint[])
  on conflict (user_id, client) do update set version = excluded.version, withdrawn_at = excluded.withdrawn_at,
    scopes = excluded.scopes, apis = excluded.apis, redirect_hosts = excluded.redirect_hosts,
    given_at = excluded.given_at`,
);

/** Consents as the plans of one batch see them, one after the other. */
export class ConsentRows {
  readonly #rows = new Map<string, ConsentState>();
  /** Ids by what the database calls them. */
  readonly #ids = new Map<string, string>();

  /** What the database calls the consents, those of malformed users left out. */
  name(ids: Iterable<string>): Call['values'] {
    for (const id of ids) {
      const [userId, clientId] = consentPair(id);
      const uuid = soughtUuid('user', userId);
      if (uuid !== undefined) this.#ids.set(`${uuid} ${clientKey(clientId)}`, id);
    }
    const keys = [...this.#ids.keys()].map((key) => key.split(' '));
    return [arrayOf(keys.map(([uuid]) => uuid ?? null)), arrayOf(keys.map(([, client]) => client ?? null))];
  }

  lock(ids: Iterable<string>, isChanged: boolean): Call {
    return { statement: isChanged ? lock.update : lock.share, values: this.name(ids) };
  }

  load(rows: ConsentRow[]): void {
    for (const { userId, client, version, withdrawnAtMs } of rows) {
      const id = this.#ids.get(`${userId} ${client}`);
      if (id === undefined) continue;
      this.#rows.set(id, { version, ...(withdrawnAtMs !== null && { withdrawnAtMs }), isChanged: false });
    }
  }

  stands({ userId, clientId, version }: Expectation & { kind: 'consent' }): boolean {
    return this.#rows.get(consentId(userId, clientId))?.version === version;
  }

  put(row: Consent): void {
    const { version, withdrawnAtMs } = row;
    const state = { version, ...(withdrawnAtMs !== undefined && { withdrawnAtMs }) };
    this.#rows.set(consentId(row.userId, row.clientId), { ...state, put: row, isChanged: true });
  }

  withdraw({ userId, clientId, atMs }: Ending & { kind: 'consent' }): void {
    const consent = this.#rows.get(consentId(userId, clientId));
    if (!consent || consent.withdrawnAtMs !== undefined) return;
    Object.assign(consent, { withdrawnAtMs: atMs, version: consent.version + 1, isChanged: true });
  }

  writes(): Call[] {
    const changed = [...this.#rows].filter(([, row]) => row.isChanged).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const replaced = changed.flatMap(([id, row]): [string, ConsentState & { put: Consent }][] =>
      row.put ? [[id, { ...row, put: row.put }]] : [],
    );
    const updated = changed.filter(([, row]) => row.put === undefined);
    const calls: Call[] = [];
    if (updated.length > 0) calls.push({ statement: update, values: changing(updated) });
    if (replaced.length > 0) {
      const rest = [
        textArrayOf(replaced.map(([, row]) => JSON.stringify(row.put.scopes))),
        textArrayOf(replaced.map(([, row]) => JSON.stringify(row.put.apis))),
        textArrayOf(replaced.map(([, row]) => JSON.stringify(row.put.redirectHosts))),
        arrayOf(replaced.map(([, row]) => row.put.givenAtMs)),
      ];
      calls.push({ statement: put, values: [...changing(replaced), ...rest] });
    }
    return calls;
  }
}

function changing(rows: [string, ConsentState][]): string[] {
  const pairs = rows.map(([id]) => consentPair(id));
  return [
    arrayOf(pairs.map(([userId]) => uuidOf('user', userId))),
    arrayOf(pairs.map(([, clientId]) => clientKey(clientId))),
    arrayOf(rows.map(([, row]) => row.version)),
    arrayOf(rows.map(([, row]) => row.withdrawnAtMs ?? null)),
  ];
}
