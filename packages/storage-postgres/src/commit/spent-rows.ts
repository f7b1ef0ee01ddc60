import type { Consumption, Insertion } from '@ostiary/model';
import type { Digest } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { arrayOf, bytesOf, digestKey, digestText, identifying, isStorable, textArrayOf } from '../values.ts';

type OnceRow = { hash: Digest; operation: string };

const lockOnceValues = statement<OnceRow>(
  'once_value_lock',
  'select hash, operation from once_value where hash = any($1::text[]) order by hash for update',
);
const insertOnceValues = statement(
  'once_value_insert',
  `insert into once_value (hash, operation, expires_at)
  select * from unnest($1::text[], $2::bytea[], $3::bigint[])`,
);
const putRevokedTokens = statement(
  'revoked_token_put',
  `insert into revoked_token (token_id, expires_at, revoked_at)
  select * from unnest($1::text[], $2::bigint[], $3::bigint[])
  on conflict (token_id) do update set expires_at = greatest(revoked_token.expires_at, excluded.expires_at)`,
);

/** One-time values as the plans of one batch see them, one after the other. */
export class OnceRows {
  readonly #operations = new Map<Digest, Digest>();
  readonly #born = new Map<Digest, Consumption & { kind: 'once' }>();

  static lock(hashes: Iterable<string>): Call {
    return { statement: lockOnceValues, values: [textArrayOf([...hashes].filter(isStorable))] };
  }

  load(rows: OnceRow[]): void {
    for (const { hash, operation } of rows) this.#operations.set(hash, digestText(operation));
  }

  /** A value consumed by the same operation was consumed by this very plan, in an attempt whose outcome stayed unknown. */
  isUnused({ hash, operation }: Consumption & { kind: 'once' }): boolean {
    return [undefined, operation].includes(this.#operations.get(hash));
  }

  consume(consumption: Consumption & { kind: 'once' }): void {
    if (this.#operations.has(consumption.hash)) return;
    this.#operations.set(consumption.hash, consumption.operation);
    this.#born.set(consumption.hash, consumption);
  }

  writes(): Call[] {
    const rows = [...this.#born.values()].toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
    if (rows.length === 0) return [];
    return [
      {
        statement: insertOnceValues,
        values: [
          textArrayOf(rows.map((row) => digestKey(row.hash))),
          textArrayOf(rows.map((row) => bytesOf(row.operation))),
          arrayOf(rows.map((row) => row.expiresAtMs)),
        ],
      },
    ];
  }
}

/** Access tokens that the plans of one batch take back. */
export class RevokedTokenRows {
  readonly #rows = new Map<string, { expiresAtMs: number; atMs: number }>();

  insert({ tokenId, expiresAtMs, atMs }: Insertion & { kind: 'revokedToken' }): void {
    const before = this.#rows.get(tokenId);
    this.#rows.set(tokenId, {
      expiresAtMs: Math.max(before?.expiresAtMs ?? 0, expiresAtMs),
      atMs: before?.atMs ?? atMs,
    });
  }

  writes(): Call[] {
    const rows = [...this.#rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (rows.length === 0) return [];
    const ids = textArrayOf(rows.map(([tokenId]) => identifying(tokenId)));
    const expiries = arrayOf(rows.map(([, { expiresAtMs }]) => expiresAtMs));
    return [{ statement: putRevokedTokens, values: [ids, expiries, arrayOf(rows.map(([, { atMs }]) => atMs))] }];
  }
}
