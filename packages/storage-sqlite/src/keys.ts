import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { Keys } from '@ostiary/storage';
import type { PublicJwk, SigningAlg } from '@ostiary/wire';
import type { Database, Statement } from './database.ts';

type SigningRow = {
  kid: string;
  alg: SigningAlg;
  publicJwk: string;
  sealed: string;
  createdAtMs: number;
  activeFromMs: number;
  retiredAtMs: number | null;
};
type MacRow = {
  purpose: StoredMacKey['purpose'];
  keyId: number;
  sealed: string;
  createdAtMs: number;
  activeFromMs: number;
};

/** Keys at rest. */
export class KeyTables implements Keys {
  readonly #listSigning: Statement<SigningRow>;
  readonly #listMac: Statement<MacRow>;
  readonly #insertSigning: Statement<never>;
  readonly #insertFirstSigning: Statement<never>;
  readonly #insertMac: Statement<never>;
  readonly #retire: Statement<never>;
  readonly #remove: Statement<never>;

  constructor(db: Database) {
    this.#listSigning = db.prepare(`
      select kid, alg, public_jwk as publicJwk, sealed, created_at as createdAtMs, active_from as activeFromMs,
        retired_at as retiredAtMs
      from signing_key order by created_at, kid`);
    this.#listMac = db.prepare(`
      select purpose, key_id as keyId, sealed, created_at as createdAtMs, active_from as activeFromMs
      from mac_key order by purpose, created_at, key_id`);
    this.#insertSigning = db.prepare('insert or ignore into signing_key values (?, ?, ?, ?, ?, ?, ?)');
    // One statement is one transaction, and SQLite has one writer at a time.
    this.#insertFirstSigning = db.prepare(`
      insert or ignore into signing_key select ?, ?, ?, ?, ?, ?, ? where not exists (select 1 from signing_key where alg = ?)`);
    this.#insertMac = db.prepare('insert or ignore into mac_key values (?, ?, ?, ?, ?)');
    this.#retire = db.prepare('update signing_key set retired_at = ? where kid = ?');
    this.#remove = db.prepare('delete from signing_key where kid = ?');
  }

  async listSigning(): Promise<StoredSigningKey[]> {
    return this.#listSigning.all().map(signingKeyOf);
  }

  async listMac(): Promise<StoredMacKey[]> {
    return this.#listMac.all().map((row) => ({ ...row }));
  }

  async insertSigning(key: StoredSigningKey): Promise<boolean> {
    return this.#insertSigning.run(...signingValues(key)) === 1;
  }

  async insertFirstSigning(key: StoredSigningKey): Promise<boolean> {
    return this.#insertFirstSigning.run(...signingValues(key), key.alg) === 1;
  }

  async insertMac({ purpose, keyId, sealed, createdAtMs, activeFromMs }: StoredMacKey): Promise<boolean> {
    return this.#insertMac.run(purpose, keyId, sealed, createdAtMs, activeFromMs) === 1;
  }

  async retireSigning(kid: string, retiredAtMs: number): Promise<void> {
    this.#retire.run(retiredAtMs, kid);
  }

  async removeSigning(kid: string): Promise<void> {
    this.#remove.run(kid);
  }
}

function signingValues({ kid, alg, publicJwk, sealed, createdAtMs, activeFromMs, retiredAtMs }: StoredSigningKey) {
  return [kid, alg, JSON.stringify(publicJwk), sealed, createdAtMs, activeFromMs, retiredAtMs ?? null] as const;
}

function signingKeyOf({ publicJwk, retiredAtMs, ...rest }: SigningRow): StoredSigningKey {
  const key: StoredSigningKey = { ...rest, publicJwk: JSON.parse(publicJwk) as PublicJwk };
  if (retiredAtMs !== null) key.retiredAtMs = retiredAtMs;
  return key;
}
