import { createSecretKey, type KeyObject } from 'node:crypto';
import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { Keys } from '@ostiary/storage';
import type { PublicJwk, SigningAlg } from '@ostiary/wire';
import type { Clock, KeyWrapper, Log, Random } from '../ports.ts';
import { exportPrivateKey, importPrivateKey, makeKeyPair, type SigningKey } from './signing.ts';

/** How long relying parties may cache the JWKS, and how long a new key is published before it signs. */
export const jwksCacheSeconds = 300;
const publishAheadMs = 2 * jwksCacheSeconds * 1000;
/** A new MAC key makes tokens only when every node has surely read it. */
const macAheadMs = 120_000;
const reloadEveryMs = 60_000;

export interface KeyringDependencies {
  keys: Keys;
  keyWrapper: KeyWrapper;
  clock: Clock;
  random: Random;
  log: Log;
  /** Algorithms that must have a key. */
  algs: readonly SigningAlg[];
  /** Longest life of a token signed here, in seconds: a retired key is published that much longer. */
  longestTokenSeconds: number;
}

interface RingedKey extends SigningKey {
  stored: StoredSigningKey;
  publicJwk: PublicJwk;
}

/**
 * The keys of this issuer in memory: loaded from the store, generated where missing, read again every minute so that a
 * rotation made elsewhere is published here well before it signs anywhere.
 */
export class Keyring {
  readonly #deps: KeyringDependencies;
  #signing: RingedKey[] = [];
  #macs: { stored: StoredMacKey; key: KeyObject }[] = [];
  #loadedAtMs = 0;
  #reloading: Promise<void> | undefined;

  private constructor(deps: KeyringDependencies) {
    this.#deps = deps;
  }

  static async open(deps: KeyringDependencies): Promise<Keyring> {
    const ring = new Keyring(deps);
    await ring.#load();
    await ring.#fillGaps();
    return ring;
  }

  /** The key that signs now: the newest of its algorithm whose time has come. */
  signingKey(alg: SigningAlg): SigningKey {
    this.#reloadWhenDue();
    const key = newestActive(
      this.#signing.filter((each) => each.alg === alg),
      this.#deps.clock.now(),
    );
    if (key === undefined) throw new Error(`no signing key for ${alg}`);
    return key;
  }

  /** Public keys to verify with, by `kid`; keys that are not yet or no longer published are absent. */
  verificationKey(kid: string): { alg: SigningAlg; publicJwk: PublicJwk } | undefined {
    return this.#published().find((key) => key.kid === kid);
  }

  /** The JWK set to publish (RFC 7517 section 5). */
  jwks(): { keys: PublicJwk[] } {
    this.#reloadWhenDue();
    return { keys: this.#published().map(({ publicJwk }) => publicJwk) };
  }

  /** The refresh key that new generations are made with. */
  refreshKeyId(): number {
    const newest = newestActive(
      this.#macs.filter(({ stored }) => stored.purpose === 'refresh'),
      this.#deps.clock.now(),
    );
    if (newest === undefined) throw new Error('no refresh key');
    return newest.stored.keyId;
  }

  refreshKey(keyId: number): KeyObject | undefined {
    return this.#macs.find(({ stored }) => stored.purpose === 'refresh' && stored.keyId === keyId)?.key;
  }

  cookieKey(): KeyObject {
    const found = this.#macs.find(({ stored }) => stored.purpose === 'cookie');
    if (found === undefined) throw new Error('no cookie key');
    return found.key;
  }

  /**
   * Makes a new key for every algorithm and for refresh tokens. Each is published now and signs later; its predecessor is
   * published until the last token it signed has expired.
   */
  async rotate(): Promise<{ kid: string; alg: SigningAlg; activeFromMs: number }[]> {
    const { keys, clock, algs, longestTokenSeconds } = this.#deps;
    const activeFromMs = clock.now() + publishAheadMs;
    const made = [];
    for (const alg of algs) {
      const predecessors = this.#signing.filter((key) => key.alg === alg && key.stored.retiredAtMs === undefined);
      const { kid } = await this.#makeSigning(alg, activeFromMs);
      const retiredAtMs = activeFromMs + (longestTokenSeconds + jwksCacheSeconds) * 1000;
      for (const key of predecessors) await keys.retireSigning(key.kid, retiredAtMs);
      made.push({ kid, alg, activeFromMs });
    }
    await this.#makeNextRefreshKey();
    await this.#load();
    return made;
  }

  /** Removes signing keys that are no longer published; every token they signed has expired. Returns how many. */
  async removeRetired(): Promise<number> {
    const now = this.#deps.clock.now();
    const over = this.#signing.filter(({ stored }) => stored.retiredAtMs !== undefined && stored.retiredAtMs <= now);
    for (const { kid } of over) await this.#deps.keys.removeSigning(kid);
    if (over.length > 0) await this.#load();
    return over.length;
  }

  #published(): RingedKey[] {
    const now = this.#deps.clock.now();
    return this.#signing.filter(({ stored }) => stored.retiredAtMs === undefined || stored.retiredAtMs > now);
  }

  #reloadWhenDue(): void {
    const now = this.#deps.clock.now();
    // A clock that was set back makes the next reading due as well.
    if (Math.abs(now - this.#loadedAtMs) < reloadEveryMs || this.#reloading !== undefined) return;
    this.#reloading = this.#load()
      .catch(() => this.#deps.log.warn('keys_not_reloaded'))
      .finally(() => (this.#reloading = undefined));
  }

  async #load(): Promise<void> {
    const { keys, clock } = this.#deps;
    this.#loadedAtMs = clock.now();
    const [signing, macs] = await Promise.all([keys.listSigning(), keys.listMac()]);
    const known = new Map(this.#signing.map((key) => [key.kid, key]));
    this.#signing = signing
      .map((stored) => ({ ...(known.get(stored.kid) ?? this.#unseal(stored)), stored }))
      .toSorted((a, b) => b.stored.activeFromMs - a.stored.activeFromMs);
    this.#macs = macs
      .map((stored) => ({
        stored,
        key: createSecretKey(this.#deps.keyWrapper.open(stored.sealed, macContext(stored))),
      }))
      .toSorted((a, b) => b.stored.activeFromMs - a.stored.activeFromMs);
  }

  #unseal(stored: StoredSigningKey): RingedKey {
    const { kid, alg } = stored;
    const privateKey = importPrivateKey(this.#deps.keyWrapper.open(stored.sealed, `signing:${kid}`));
    return { kid, alg, privateKey, stored, publicJwk: { ...stored.publicJwk, kid, alg, use: 'sig' } };
  }

  /** First start: keys that are used at once, since nobody can have cached a set without them. */
  async #fillGaps(): Promise<void> {
    const now = this.#deps.clock.now();
    const missing = this.#deps.algs.filter((alg) => !this.#signing.some((key) => key.alg === alg));
    await Promise.all(missing.map((alg) => this.#makeSigning(alg, now)));
    for (const purpose of ['refresh', 'cookie'] as const) {
      if (!this.#macs.some(({ stored }) => stored.purpose === purpose)) await this.#makeMac(purpose, 0, now);
    }
    await this.#load();
  }

  async #makeSigning(alg: SigningAlg, activeFromMs: number): Promise<{ kid: string }> {
    const { keys, keyWrapper, random, clock } = this.#deps;
    const kid = Buffer.from(random.bytes(12)).toString('base64url');
    const { publicJwk, privateKey } = await makeKeyPair(alg);
    const sealed = keyWrapper.seal(exportPrivateKey(privateKey), `signing:${kid}`);
    await keys.insertSigning({ kid, alg, publicJwk, sealed, createdAtMs: clock.now(), activeFromMs });
    return { kid };
  }

  async #makeNextRefreshKey(): Promise<void> {
    const ids = this.#macs.filter(({ stored }) => stored.purpose === 'refresh').map(({ stored }) => stored.keyId);
    const keyId = Math.max(-1, ...ids) + 1;
    if (keyId > 255) throw new Error('all 256 refresh key ids are used');
    await this.#makeMac('refresh', keyId, this.#deps.clock.now() + macAheadMs);
  }

  async #makeMac(purpose: StoredMacKey['purpose'], keyId: number, activeFromMs: number): Promise<void> {
    const { keys, keyWrapper, random, clock } = this.#deps;
    const sealed = keyWrapper.seal(random.bytes(32), macContext({ purpose, keyId }));
    await keys.insertMac({ purpose, keyId, sealed, createdAtMs: clock.now(), activeFromMs });
  }
}

/** The newest key whose time has come; the oldest one where the clock was set back to before all of them. Newest first. */
function newestActive<Key extends { stored: { activeFromMs: number } }>(
  keys: readonly Key[],
  nowMs: number,
): Key | undefined {
  return keys.find(({ stored }) => stored.activeFromMs <= nowMs) ?? keys.at(-1);
}

function macContext({ purpose, keyId }: Pick<StoredMacKey, 'purpose' | 'keyId'>): string {
  return `mac:${purpose}:${keyId}`;
}
