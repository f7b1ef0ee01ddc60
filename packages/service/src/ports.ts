/** Time in milliseconds since the epoch. In development a clock that can be moved. */
export interface Clock {
  now(): number;
}

/** Unpredictable bytes (at least 128 bits of strength). */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Seals what must not lie in the store in the clear, under the master key. `context` is bound to the sealed value. */
export interface KeyWrapper {
  seal(plain: Uint8Array, context: string): string;
  /** Throws when the value was sealed under another master key or context. */
  open(sealed: string, context: string): Uint8Array;
}

/** One line of the program's log. Fields are an allow-list: never a token, secret, password or full URL. */
export type LogFields = Record<string, string | number | boolean | undefined>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
