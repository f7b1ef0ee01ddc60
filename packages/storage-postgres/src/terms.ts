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

/** Family terms by key and by text, so that a family row holds one integer for them. Rows never change, so they are kept. */
export class InternedTerms {
  readonly #operations: Operations;
  readonly #keys = new Map<string, string>();
  readonly #terms = new Map<string, FamilyTerms>();
  readonly #bodies = new Map<string, string>();

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Key of terms spelled so. */
  keyOf(body: string): string {
    const known = this.#keys.get(body);
    if (known !== undefined) return known;
    const key = hashKey(body);
    this.#keys.set(body, key);
    return key;
  }

  /** Reads those of `keys` that were not read before. */
  async load(keys: Iterable<string>): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.#terms.has(key));
    if (unknown.length === 0) return;
    for (const { key, body } of await this.#operations.query(read, [arrayOf(unknown)])) {
      this.learn(key, body);
    }
  }

  /** Keeps what was read. */
  learn(key: string, body: string): void {
    this.#bodies.set(key, body);
    this.#terms.set(key, frozen(JSON.parse(body) as FamilyTerms));
  }

  /** Whether these terms were seen in the database. */
  isStored(key: string): boolean {
    return this.#terms.has(key);
  }

  /** How the terms of this key are spelled, when they were seen in the database. */
  bodyOf(key: string): string | undefined {
    return this.#bodies.get(key);
  }

  /** Throws when the key was not loaded. */
  termsOf(key: string): FamilyTerms {
    const terms = this.#terms.get(key);
    if (!terms) throw new Error(`no family terms with key ${key}`);
    return terms;
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
