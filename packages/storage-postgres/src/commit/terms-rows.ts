import type { FamilyTerms } from '@ostiary/model';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { spelledTerms } from '../terms.ts';
import type { InternedTerms } from '../terms.ts';
import { arrayOf, textArrayOf } from '../values.ts';

type TermsRow = { key: string; body: string };

const find = statement<TermsRow>(
  'terms_find',
  'select key::text as key, body from terms where key = any($1::bigint[])',
);
const insert = statement(
  'terms_insert',
  `insert into terms (key, body, idle_seconds, absolute_seconds)
  select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[])`,
);

/** Terms that the families of one batch bring; those that others brought before are not written again. */
export class TermsRows {
  readonly #interned: InternedTerms;
  readonly #born = new Map<string, { body: string; terms: FamilyTerms }>();

  constructor(interned: InternedTerms) {
    this.#interned = interned;
  }

  find(wanted: FamilyTerms[]): Call | undefined {
    const unknown = this.#interned.unknown(wanted.map((terms) => this.#interned.keyOf(spelledTerms(terms))));
    return unknown.length === 0 ? undefined : { statement: find, values: [arrayOf(unknown)] };
  }

  load(rows: TermsRow[]): void {
    for (const { key, body } of rows) this.#interned.learn(key, body);
  }

  /** Key of the terms. Throws when other terms have it already: 64 bits of two texts are equal. */
  keyOf(terms: FamilyTerms): string {
    const body = spelledTerms(terms);
    const key = this.#interned.keyOf(body);
    const stored = this.#interned.bodyOf(key) ?? this.#born.get(key)?.body;
    if (stored === undefined) this.#born.set(key, { body, terms });
    else if (stored !== body) throw new Error('two different family terms have the same key');
    return key;
  }

  writes(): Call[] {
    const born = [...this.#born].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (born.length === 0) return [];
    return [
      {
        statement: insert,
        values: [
          arrayOf(born.map(([key]) => key)),
          textArrayOf(born.map(([, { body }]) => body)),
          arrayOf(born.map(([, { terms }]) => terms.idleSeconds ?? null)),
          arrayOf(born.map(([, { terms }]) => terms.absoluteSeconds ?? null)),
        ],
      },
    ];
  }
}
