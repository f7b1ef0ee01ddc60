import type { RevocationEntry } from '@ostiary/wire';

/** The entries that count now, each once. */
export class LiveEntries {
  readonly #entries = new Map<string, RevocationEntry>();

  get size(): number {
    return this.#entries.size;
  }

  /** Takes entries over, and returns those that are new or say something else than before. */
  take(entries: readonly RevocationEntry[], nowSeconds: number): RevocationEntry[] {
    return entries.filter((entry) => {
      if (entry.exp <= nowSeconds) return false;
      const key = `${entry.k} ${entry.h}`;
      const known = this.#entries.get(key);
      if (known !== undefined && isSame(known, entry)) return false;
      this.#entries.set(key, entry);
      return true;
    });
  }

  /** Forgets those that can concern no token any more. */
  forgetOver(nowSeconds: number): void {
    for (const [key, { exp }] of this.#entries) if (exp <= nowSeconds) this.#entries.delete(key);
  }

  all(): RevocationEntry[] {
    return [...this.#entries.values()];
  }
}

function isSame(one: RevocationEntry, other: RevocationEntry): boolean {
  return one.exp === other.exp && boundOf(one) === boundOf(other);
}

function boundOf(entry: RevocationEntry): number | undefined {
  if (entry.k === 'usr') return entry.uep;
  return entry.k === 'con' || entry.k === 'cli' ? entry.iat : undefined;
}
