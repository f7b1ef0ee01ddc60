import type { AuthorizationCode, Consumption, Interaction, Redemption, Touch } from '@ostiary/model';
import type { Digest, SessionId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { arrayOf, digestKey, isStorable, textArrayOf } from '../values.ts';

type CodeRow = { hash: Digest; redemption: string | null };
type InteractionRow = { hash: Digest; isConsumed: boolean; chosenSession: SessionId | null };

const lockCodes = statement<CodeRow>(
  'code_lock',
  'select hash, redemption from code where hash = any($1::text[]) order by hash for update',
);
const redeemCodes = statement(
  'code_redeem',
  `update code set redemption = v.redemption from unnest($1::text[], $2::text[]) as v (hash, redemption)
  where code.hash = v.hash`,
);
const insertCodes = statement(
  'code_insert',
  `insert into code (hash, redemption, body, expires_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])`,
);
const lockInteractions = statement<InteractionRow>(
  'interaction_lock',
  `select hash, is_consumed as "isConsumed", chosen_session as "chosenSession" from interaction
  where hash = any($1::text[]) order by hash for update`,
);
const updateInteractions = statement(
  'interaction_update',
  `update interaction set is_consumed = v.is_consumed, chosen_session = v.chosen_session
  from unnest($1::text[], $2::boolean[], $3::text[]) as v (hash, is_consumed, chosen_session)
  where interaction.hash = v.hash`,
);
const insertInteractions = statement(
  'interaction_insert',
  `insert into interaction (hash, is_consumed, chosen_session, body, expires_at)
  select * from unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::bigint[])`,
);
/** Authorization codes as the plans of one batch see them, one after the other. */
export class CodeRows {
  readonly #rows = new Map<Digest, { redemption: Redemption | undefined; isChanged: boolean }>();
  readonly #born = new Map<Digest, AuthorizationCode>();

  static lock(hashes: Iterable<string>): Call {
    return { statement: lockCodes, values: [keys(hashes)] };
  }

  load(rows: CodeRow[]): void {
    for (const { hash, redemption } of rows) {
      const parsed = redemption === null ? undefined : (JSON.parse(redemption) as Redemption);
      this.#rows.set(hash, { redemption: parsed, isChanged: false });
    }
  }

  redemption(hash: Digest): Redemption | undefined {
    return this.#rows.get(hash)?.redemption;
  }

  isUnused({ hash }: Consumption & { kind: 'code' }): boolean {
    const row = this.#rows.get(hash);
    return row !== undefined && row.redemption === undefined;
  }

  consume({ hash, redemption }: Consumption & { kind: 'code' }): void {
    this.#rows.set(hash, { redemption, isChanged: true });
  }

  insert(row: AuthorizationCode): void {
    this.#born.set(row.hash, row);
    this.#rows.set(row.hash, { redemption: row.redemption, isChanged: false });
  }

  writes(): Call[] {
    const calls: Call[] = [];
    const redeemed = [...this.#rows].filter(([hash, row]) => row.isChanged && !this.#born.has(hash));
    if (redeemed.length > 0) {
      const redemptions = redeemed.map(([, row]) => JSON.stringify(row.redemption));
      calls.push({
        statement: redeemCodes,
        values: [textArrayOf(redeemed.map(([hash]) => digestKey(hash))), textArrayOf(redemptions)],
      });
    }
    if (this.#born.size > 0) calls.push({ statement: insertCodes, values: this.#insertion() });
    return calls;
  }

  #insertion(): string[] {
    const rows = [...this.#born.values()].map(({ hash, ...body }) => {
      delete body.redemption;
      const redemption = this.redemption(hash);
      return { hash, body, redemption: redemption === undefined ? null : JSON.stringify(redemption) };
    });
    return [
      textArrayOf(rows.map(({ hash }) => digestKey(hash))),
      textArrayOf(rows.map(({ redemption }) => redemption)),
      textArrayOf(rows.map(({ body }) => JSON.stringify(body))),
      arrayOf(rows.map(({ body }) => body.expiresAtMs)),
    ];
  }
}

interface InteractionState {
  isConsumed: boolean;
  chosenSession: SessionId | null;
  isChanged: boolean;
}

const unused: InteractionState = { isConsumed: false, chosenSession: null, isChanged: false };

/** Pages in progress as the plans of one batch see them, one after the other. */
export class InteractionRows {
  readonly #rows = new Map<Digest, InteractionState>();
  readonly #born = new Map<Digest, Interaction>();

  static lock(hashes: Iterable<string>): Call {
    return { statement: lockInteractions, values: [keys(hashes)] };
  }

  load(rows: InteractionRow[]): void {
    for (const { hash, ...row } of rows) this.#rows.set(hash, { ...row, isChanged: false });
  }

  isUnused({ hash }: Consumption & { kind: 'interaction' }): boolean {
    return this.#rows.get(hash)?.isConsumed === false;
  }

  consume({ hash }: Consumption & { kind: 'interaction' }): void {
    this.#change(hash, { isConsumed: true });
  }

  touch({ hash, chosenSessionId }: Touch & { kind: 'interaction' }): void {
    this.#change(hash, { chosenSession: chosenSessionId });
  }

  insert(row: Interaction): void {
    this.#born.set(row.hash, row);
    const { isConsumed = false, chosenSessionId = null } = row;
    this.#rows.set(row.hash, { isConsumed, chosenSession: chosenSessionId, isChanged: false });
  }

  writes(): Call[] {
    const calls: Call[] = [];
    const changed = [...this.#rows].filter(([hash, row]) => row.isChanged && !this.#born.has(hash));
    if (changed.length > 0) calls.push({ statement: updateInteractions, values: changingInteraction(changed) });
    const born = [...this.#born.values()];
    if (born.length > 0) {
      const bodies = born.map(bodyOf);
      calls.push({
        statement: insertInteractions,
        values: [
          ...changingInteraction(born.map(({ hash }) => [hash, this.#rows.get(hash) ?? unused])),
          textArrayOf(bodies.map((body) => JSON.stringify(body))),
          arrayOf(bodies.map((body) => body.expiresAtMs)),
        ],
      });
    }
    return calls;
  }

  #change(hash: Digest, change: Partial<InteractionState>): void {
    const row = this.#rows.get(hash);
    if (row) Object.assign(row, change, { isChanged: true });
  }
}

/** What of a page in progress never changes. */
function bodyOf({ browserHash, request, createdAtMs, expiresAtMs }: Interaction) {
  return { browserHash, request, createdAtMs, expiresAtMs };
}

function changingInteraction(rows: [Digest, InteractionState][]): string[] {
  return [
    textArrayOf(rows.map(([hash]) => digestKey(hash))),
    arrayOf(rows.map(([, row]) => row.isConsumed)),
    textArrayOf(rows.map(([, row]) => row.chosenSession)),
  ];
}

function keys(hashes: Iterable<string>): string {
  return textArrayOf([...hashes].filter(isStorable));
}
