import type { Environment } from '../environment.ts';
import { fetchJson } from '../fetch-json.ts';
import type { Refusal } from '../refusal.ts';
import { readKeySet, selectKey, type IssuerKey, type KeySet } from './key-set.ts';
import type { MetadataResult } from './metadata.ts';

export interface KeySettings {
  timeoutMs: number;
  /** Keys are read again before they are so old. A shorter `max-age` of the JWKS counts instead. */
  maxAgeMs: number;
  /** A `kid` that nobody knows makes us look again this often at most. */
  cooldownMs: number;
  /** How long keys outlast their age while the issuer cannot be reached. */
  outlastMs: number;
  /** Told once when that begins. */
  onKept?: ((why: string) => void) | undefined;
}

/** How the keys of the issuer are. */
export interface KeysState {
  count: number;
  /** Since they were read; `undefined` when they never were. */
  ageSeconds: number | undefined;
  /** Why the last reading failed, if it did. */
  trouble: string | undefined;
}

export type KeyResult = { ok: true; key: IssuerKey } | { ok: false; refusal: Refusal };

const maxBytes = 262_144;
/** After a failed reading, the next one waits so long, then twice as long each time. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const shortestAgeMs = 30_000;

/**
 * The issuer's keys: read when they are first needed, and again in the background at half their age, so that a key which is
 * published before it signs is known before it is met. Whoever comes while they are read waits for the same reading.
 */
export class IssuerKeys {
  readonly #environment: Environment;
  readonly #settings: KeySettings;
  readonly #metadata: () => Promise<MetadataResult>;
  #keys: KeySet = new Map();
  #current = new Set<IssuerKey>();
  #readAtMs: number | undefined;
  #maxAgeMs: number;
  #reading: Promise<void> | undefined;
  #trouble: { why: string; untilMs: number; pauseMs: number } | undefined;
  #lookedAtMs = -Infinity;
  #cancelTimer = () => {};
  #isClosed = false;

  constructor(environment: Environment, metadata: () => Promise<MetadataResult>, settings: KeySettings) {
    this.#environment = environment;
    this.#metadata = metadata;
    this.#settings = settings;
    this.#maxAgeMs = settings.maxAgeMs;
  }

  /** The key that a header names, with one more reading when it is not known. */
  async find(kid: unknown, alg: unknown): Promise<KeyResult> {
    if (this.#ageMs() >= this.#maxAgeMs && !this.#isPausing()) await this.#read();
    if (this.#ageMs() >= this.#maxAgeMs + this.#settings.outlastMs) return this.#unavailable();
    const known = selectKey(this.#keys, kid, alg);
    if (known !== undefined) return { ok: true, key: known };
    if (this.#reading !== undefined || this.#mayLookAgain()) await this.#read();
    const key = selectKey(this.#keys, kid, alg);
    return key === undefined ? { ok: false, refusal: { reason: 'key_unknown' } } : { ok: true, key };
  }

  /** Whether the issuer still publishes a key. */
  isCurrent(key: IssuerKey): boolean {
    return this.#current.has(key) && this.#ageMs() < this.#maxAgeMs + this.#settings.outlastMs;
  }

  state(): KeysState {
    const ageSeconds = this.#readAtMs === undefined ? undefined : this.#ageMs() / 1000;
    return { count: this.#keys.size, ageSeconds, trouble: this.#trouble?.why };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  #ageMs(): number {
    return this.#readAtMs === undefined ? Infinity : this.#environment.monotonicMs() - this.#readAtMs;
  }

  #isPausing(): boolean {
    return this.#trouble !== undefined && this.#environment.monotonicMs() < this.#trouble.untilMs;
  }

  /** Random `kid`s must not make us ask the issuer without end. */
  #mayLookAgain(): boolean {
    const now = this.#environment.monotonicMs();
    if (this.#isPausing() || now - this.#lookedAtMs < this.#settings.cooldownMs) return false;
    this.#lookedAtMs = now;
    return true;
  }

  #unavailable(): KeyResult {
    const seconds = this.#trouble ? (this.#trouble.untilMs - this.#environment.monotonicMs()) / 1000 : 1;
    return { ok: false, refusal: { reason: 'keys_unavailable', retryAfterSeconds: Math.max(1, seconds) } };
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const { timeoutMs } = this.#settings;
    const metadata = await this.#metadata();
    if (!metadata.ok) return this.#failed(metadata.why);
    const headers = { Accept: 'application/jwk-set+json, application/json' };
    const url = metadata.value.jwksUri;
    const fetched = await fetchJson(this.#environment, url, { headers }, { timeoutMs, maxBytes });
    if (!fetched.ok) return this.#failed(fetched.why);
    const keys = await readKeySet(fetched.value, this.#keys);
    if (keys === undefined) return this.#failed(`${url} holds no JWKS`);
    this.#keys = keys;
    this.#current = new Set(keys.values());
    this.#readAtMs = this.#environment.monotonicMs();
    this.#trouble = undefined;
    this.#maxAgeMs = Math.min(this.#settings.maxAgeMs, maxAgeOf(fetched.headers) ?? Infinity);
    // Several instances do not come at the same time.
    this.#readLater(this.#maxAgeMs * (0.4 + 0.2 * this.#environment.draw()));
  }

  #failed(why: string): void {
    const pauseMs = Math.min(longestPauseMs, this.#trouble ? 2 * this.#trouble.pauseMs : firstPauseMs);
    if (this.#trouble === undefined && this.#readAtMs !== undefined) this.#settings.onKept?.(why);
    this.#trouble = { why, pauseMs, untilMs: this.#environment.monotonicMs() + pauseMs };
    if (this.#readAtMs !== undefined) this.#readLater(pauseMs);
  }

  #readLater(ms: number): void {
    this.#cancelTimer();
    if (!this.#isClosed) this.#cancelTimer = this.#environment.setTimer(ms, () => void this.#read());
  }
}

/** `max-age` of `Cache-Control`, in milliseconds; not so short that we would ask all the time. */
function maxAgeOf(headers: Headers): number | undefined {
  const [, seconds] = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(headers.get('cache-control') ?? '') ?? [];
  return seconds === undefined ? undefined : Math.max(shortestAgeMs, Number(seconds) * 1000);
}
