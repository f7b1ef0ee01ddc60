import type { FamilyTerms } from '@ostiary/model';
import type { Operations } from './operations.ts';
import { frozen } from './parsed-json.ts';
import { statement } from './statement.ts';
import { arrayOf, hashKey } from './values.ts';

type TermsRow = { key: string; body: string };

const read = statement<TermsRow>(
  'terms_read',
  'select key::text as key, body from terms where key = any($1::bigint[])',
);

interface Stored {
  body: string;
  terms: FamilyTerms;
}

/** As a rule there are a few for each client; claims that a back end adds may make them many. */
const maxKept = 4_096;

/** Family terms by key and by text, so that a family row holds one integer for them. Rows never change, so the last ones are kept. */
export class InternedTerms {
  readonly #operations: Pick<Operations, 'query'>;
  readonly #maxKept: number;
  readonly #keys = new Map<string, string>();
  readonly #stored = new Map<string, Stored>();

  constructor(operations: Pick<Operations, 'query'>, kept = maxKept) {
    this.#operations = operations;
    this.#maxKept = kept;
  }

  /** Key of terms spelled so. */
  keyOf(body: string): string {
    const known = this.#keys.get(body);
    if (known !== undefined) return known;
    const key = hashKey(body);
    if (this.#keys.size >= this.#maxKept) this.#keys.clear();
    this.#keys.set(body, key);
    return key;
  }

  /** Reads those of `keys` that are not kept. */
  async load(keys: Iterable<string>): Promise<void> {
    const unknown = this.unknown(keys);
    if (unknown.length === 0) return;
    for (const { key, body } of await this.#operations.query(read, [arrayOf(unknown)])) {
      this.learn(key, body);
    }
  }

  /** Those of `keys` that are not kept. The others stay while these are read. */
  unknown(keys: Iterable<string>): string[] {
    return [...new Set(keys)].filter((key) => {
      const known = this.#stored.get(key);
      if (known !== undefined) this.#keep(key, known);
      return known === undefined;
    });
  }

  /** Keeps what was read. */
  learn(key: string, body: string): void {
    this.#keep(key, { body, terms: frozen(JSON.parse(body) as FamilyTerms) });
  }

  /** Whether these terms were seen in the database, and are kept. */
  isStored(key: string): boolean {
    return this.#stored.has(key);
  }

  /** How the terms of this key are spelled, when they are kept. */
  bodyOf(key: string): string | undefined {
    return this.#stored.get(key)?.body;
  }

  /** Throws when the key was not loaded. */
  termsOf(key: string): FamilyTerms {
    const stored = this.#stored.get(key);
    if (!stored) throw new Error(`no family terms with key ${key}`);
    return stored.terms;
  }

  /** As the newest; the oldest give way. */
  #keep(key: string, stored: Stored): void {
    this.#stored.delete(key);
    this.#stored.set(key, stored);
    for (const oldest of this.#stored.keys()) {
      if (this.#stored.size <= this.#maxKept) return;
      this.#stored.delete(oldest);
    }
  }
}

/** One spelling whatever order the caller built the object in. */
export function spelledTerms({ grant, boundTo, idleSeconds, absoluteSeconds }: FamilyTerms): string {
  const { scopes, apis, acr, amr, claims, needsDevice } = grant;
  return JSON.stringify({
    grant: { scopes, apis, acr, amr, claims, needsDevice },
    boundTo,
    idleSeconds,
    absoluteSeconds,
  });
}
