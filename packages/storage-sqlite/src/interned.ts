import type { FamilyTerms } from '@ostiary/model';
import type { Database, Statement } from './database.ts';

/** As a rule there are a few for each client; claims that a back end adds may make them many. */
const maxKept = 4_096;

/** Family terms by key and by text, so that a family row holds one small integer for them. */
export class InternedTerms {
  readonly #find: Statement<{ id: number }>;
  readonly #insert: Statement<{ id: number }>;
  readonly #read: Statement<{ body: string }>;
  readonly #keys = new Map<string, number>();
  readonly #terms = new Map<number, FamilyTerms>();

  constructor(db: Database) {
    this.#find = db.prepare('select id from terms where body = ?');
    this.#insert = db.prepare(
      'insert into terms (body, bound_to, idle_seconds, absolute_seconds) values (?, ?, ?, ?) returning id',
    );
    this.#read = db.prepare('select body from terms where id = ?');
  }

  keyOf(terms: FamilyTerms): number {
    const body = spelled(terms);
    const known = this.#keys.get(body);
    if (known !== undefined) return known;
    const row =
      this.#find.get(body) ??
      this.#insert.get(body, terms.boundTo, terms.idleSeconds ?? null, terms.absoluteSeconds ?? null);
    if (!row) throw new Error('terms were not inserted');
    if (this.#keys.size >= maxKept) this.#keys.clear();
    this.#keys.set(body, row.id);
    return row.id;
  }

  termsOf(key: number): FamilyTerms {
    const known = this.#terms.get(key);
    if (known) return known;
    const row = this.#read.get(key);
    if (!row) throw new Error(`no family terms with key ${key}`);
    const terms = frozen(JSON.parse(row.body) as FamilyTerms);
    if (this.#terms.size >= maxKept) this.#terms.clear();
    this.#terms.set(key, terms);
    return terms;
  }

  /** After a rollback: keys given since the transaction began are no longer true. */
  forget(): void {
    this.#keys.clear();
    this.#terms.clear();
  }
}

/** Parsed objects by their text: a user's claims are read at every refresh and hardly ever change. Frozen, as they are shared. */
export class ParsedJson {
  readonly #parsed = new Map<string, Record<string, unknown>>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  parse(text: string): Record<string, unknown> {
    const known = this.#parsed.get(text);
    if (known) return known;
    if (this.#parsed.size >= this.#maxEntries) this.#parsed.clear();
    const parsed = frozen(JSON.parse(text) as Record<string, unknown>);
    this.#parsed.set(text, parsed);
    return parsed;
  }
}

/** One spelling whatever order the caller built the object in. */
function spelled({ grant, boundTo, idleSeconds, absoluteSeconds }: FamilyTerms): string {
  const { scopes, apis, acr, amr, claims, needsDevice } = grant;
  return JSON.stringify({
    grant: { scopes, apis, acr, amr, claims, needsDevice },
    boundTo,
    idleSeconds,
    absoluteSeconds,
  });
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
