import type { KeyObject } from 'node:crypto';
import type { StoredMacKey } from '@ostiary/model';
import type { Keys, Upkeep } from '@ostiary/storage';
import type { PublicJwk, SigningAlg } from '@ostiary/wire';
import type { Clock, KeyWrapper, Log, Random } from '../ports.ts';
import { makeFirstSigningKey, makeMacKey, makeSigningKey } from './key-maker.ts';
import { newestActive, openMacKeys, openSigningKeys, type RingedKey, type RingedMac } from './ringed-key.ts';
import type { SigningKey } from './signing.ts';

/** How long relying parties may cache the JWKS, and how long a new key is published before it signs. */
export const jwksCacheSeconds = 300;
const publishAheadMs = 2 * jwksCacheSeconds * 1000;
/** A new MAC key makes tokens only when every node has surely read it. */
const macAheadMs = 120_000;
/** Every node sees what changed about the keys within this time and one request. */
const reloadEveryMs = 10_000;
/** What nobody here knows may be new elsewhere; strangers, who can send anything, make us look once in this time. */
const lookAgainMs = 1_000;

/** What must have keys. */
export interface KeyNeeds {
  /** Algorithms that must have a key. */
  algs: readonly SigningAlg[];
  /** What must have an HMAC key. */
  macs: readonly StoredMacKey['purpose'][];
  /** Longest life of a token signed here, in seconds: a retired key is published that much longer. */
  longestTokenSeconds: number;
}

export interface KeyringDependencies extends KeyNeeds {
  keys: Keys;
  upkeep: Pick<Upkeep, 'restoreEpoch'>;
  keyWrapper: KeyWrapper;
  clock: Clock;
  random: Random;
  log: Log;
  /** How long the first key of an algorithm is published before it signs, where other nodes serve without it already. */
  firstKeyAheadMs: number;
}

/**
 * The keys of this issuer in memory, and the restore epoch with them: loaded from the store, generated where missing, read again
 * every 10 seconds so that a rotation made elsewhere is published here well before it signs anywhere.
 */
export class Keyring {
  readonly #deps: KeyringDependencies;
  #needs: KeyNeeds;
  #signing: RingedKey[] = [];
  #macs: RingedMac[] = [];
  #restoreEpoch = 0;
  #triedAtMs = 0;
  #loadedAtMs = 0;
  #loads = 0;
  #applied = 0;
  #reloading: Promise<void> | undefined;

  private constructor(deps: KeyringDependencies) {
    this.#deps = deps;
    this.#needs = deps;
  }

  static async open(deps: KeyringDependencies): Promise<Keyring> {
    const ring = new Keyring(deps);
    await ring.#load();
    await ring.require(deps);
    return ring;
  }

  /** Makes the keys that are missing. In a new house they sign at once, since nobody can have cached a set without them. */
  async require(needs: KeyNeeds): Promise<void> {
    this.#needs = {
      algs: needs.algs,
      macs: needs.macs,
      longestTokenSeconds: Math.max(needs.longestTokenSeconds, this.#needs.longestTokenSeconds),
    };
    const { clock, firstKeyAheadMs } = this.#deps;
    const now = clock.now();
    const missing = needs.algs.filter((alg) => !this.#signing.some((key) => key.alg === alg));
    const isNewHouse = this.#signing.every(({ stored }) => stored.createdAtMs > now - firstKeyAheadMs);
    const activeFromMs = isNewHouse ? now : now + firstKeyAheadMs;
    await Promise.all(missing.map((alg) => makeFirstSigningKey(this.#deps, alg, activeFromMs)));
    for (const purpose of needs.macs) {
      const isThere = this.#macsFor(purpose).length > 0;
      if (!isThere) await makeMacKey(this.#deps, { purpose, keyId: 0 }, now);
    }
    await this.#load();
  }

  /** From when on every algorithm has a key that all nodes have published, in milliseconds since 1970. */
  readyFromMs(): number {
    const firsts = this.#needs.algs.map((alg) => this.#signing.findLast((key) => key.alg === alg));
    return Math.max(0, ...firsts.map((key) => key?.stored.activeFromMs ?? 0));
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
    return this.#newestMac('refresh').stored.keyId;
  }

  /** The key that new stateless refresh tokens are signed with. */
  statelessKey(): { keyId: number; key: KeyObject } {
    const { stored, key } = this.#newestMac('stateless');
    return { keyId: stored.keyId, key };
  }

  /** All keys that stateless refresh tokens may be signed with. */
  statelessKeys(): { keyId: number; key: KeyObject }[] {
    return this.#macsFor('stateless').map(({ stored, key }) => ({ keyId: stored.keyId, key }));
  }

  refreshKey(keyId: number): KeyObject | undefined {
    return this.#macs.find(({ stored }) => stored.purpose === 'refresh' && stored.keyId === keyId)?.key;
  }

  cookieKey(): KeyObject {
    const found = this.#macs.find(({ stored }) => stored.purpose === 'cookie');
    if (found === undefined) throw new Error('no cookie key');
    return found.key;
  }

  /** The longest life, in seconds, that tokens had by any configuration since the start. */
  longestTokenSeconds(): number {
    return this.#needs.longestTokenSeconds;
  }

  /** Part of every refresh token's tag. */
  restoreEpoch(): number {
    return this.#restoreEpoch;
  }

  /** Since when the youngest signing key signs, in milliseconds since 1970. */
  youngestActiveFromMs(): number {
    const now = this.#deps.clock.now();
    return Math.max(0, ...this.#signing.map(({ stored }) => stored.activeFromMs).filter((atMs) => atMs <= now));
  }

  /** Reads everything again. Rejects with `StorageUnavailable`; the known keys stay in use then. */
  reload(): Promise<void> {
    this.#reloading ??= this.#load().finally(() => (this.#reloading = undefined));
    return this.#reloading;
  }

  /**
   * Reads everything again because something is not known here, unless that was done a second ago: a key made by another node,
   * or a restore epoch raised there, must not make this one call a good token unknown.
   */
  async lookAgain(): Promise<void> {
    if (Math.abs(this.#deps.clock.now() - this.#loadedAtMs) >= lookAgainMs) await this.reload();
  }

  /**
   * Makes a new key for every algorithm and for refresh tokens. Each is published now and signs later; its predecessor is
   * published until the last token it signed has expired.
   */
  async rotate(): Promise<{ kid: string; alg: SigningAlg; activeFromMs: number }[]> {
    const { keys, clock } = this.#deps;
    const { algs, longestTokenSeconds } = this.#needs;
    const activeFromMs = clock.now() + publishAheadMs;
    const made = [];
    for (const alg of algs) {
      const predecessors = this.#signing.filter((key) => key.alg === alg && key.stored.retiredAtMs === undefined);
      const kid = await makeSigningKey(this.#deps, alg, activeFromMs);
      const retiredAtMs = activeFromMs + (longestTokenSeconds + jwksCacheSeconds) * 1000;
      for (const key of predecessors) await keys.retireSigning(key.kid, retiredAtMs);
      made.push({ kid, alg, activeFromMs });
    }
    for (const purpose of this.#needs.macs) if (purpose !== 'cookie') await this.#makeNextMac(purpose);
    await this.#load();
    return made;
  }

  /**
   * Removes signing keys that are no longer published; every token they signed has expired. Returns how many. Several nodes may
   * do it at once: a key's end is set once, and removing it twice does no harm.
   */
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
    if (Math.abs(now - this.#triedAtMs) < reloadEveryMs || this.#reloading !== undefined) return;
    this.reload().catch(() => this.#deps.log.warn('keys_not_reloaded'));
  }

  async #load(): Promise<void> {
    const { keys, upkeep, clock } = this.#deps;
    const atMs = clock.now();
    const load = (this.#loads += 1);
    this.#triedAtMs = atMs;
    const [signing, macs, restoreEpoch] = await Promise.all([
      keys.listSigning(),
      keys.listMac(),
      upkeep.restoreEpoch(),
    ]);
    // What was read earlier must not take the place of what was read later.
    if (load < this.#applied) return;
    const { keyWrapper } = this.#deps;
    const opened = openSigningKeys(keyWrapper, signing, this.#signing);
    this.#macs = openMacKeys(keyWrapper, macs, this.#macs);
    this.#signing = opened;
    this.#restoreEpoch = restoreEpoch;
    this.#loadedAtMs = atMs;
    this.#applied = load;
  }

  async #makeNextMac(purpose: StoredMacKey['purpose']): Promise<void> {
    const ids = this.#macsFor(purpose).map(({ stored }) => stored.keyId);
    const keyId = Math.max(-1, ...ids) + 1;
    if (keyId > 255) throw new Error(`all 256 ${purpose} key ids are used`);
    await makeMacKey(this.#deps, { purpose, keyId }, this.#deps.clock.now() + macAheadMs);
  }

  #macsFor(purpose: StoredMacKey['purpose']): RingedMac[] {
    return this.#macs.filter(({ stored }) => stored.purpose === purpose);
  }

  #newestMac(purpose: StoredMacKey['purpose']): RingedMac {
    const newest = newestActive(this.#macsFor(purpose), this.#deps.clock.now());
    if (newest === undefined) throw new Error(`no ${purpose} key`);
    return newest;
  }
}
