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

export function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
