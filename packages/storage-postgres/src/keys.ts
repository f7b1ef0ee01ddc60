import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { Keys } from '@ostiary/storage';
import type { PublicJwk, SigningAlg } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import type { Value } from './statement.ts';

type SigningRow = {
  kid: string;
  alg: SigningAlg;
  publicJwk: string;
  sealed: string;
  createdAtMs: number;
  activeFromMs: number;
  retiredAtMs: number | null;
};
type MacRow = { [Column in keyof StoredMacKey]: StoredMacKey[Column] };

const listSigning = statement<SigningRow>(
  'signing_key_list',
  `select kid, alg, public_jwk as "publicJwk", sealed, created_at as "createdAtMs", active_from as "activeFromMs",
    retired_at as "retiredAtMs"
  from signing_key order by created_at, kid`,
);
const listMac = statement<MacRow>(
  'mac_key_list',
  `select purpose, key_id as "keyId", sealed, created_at as "createdAtMs", active_from as "activeFromMs"
  from mac_key order by purpose, created_at, key_id`,
);
const insertSigning = statement<{ kid: string }>(
  'signing_key_insert',
  `insert into signing_key (kid, alg, public_jwk, sealed, created_at, active_from, retired_at)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict (kid) do nothing returning kid`,
);
/** Nodes that begin at once meet at this row, and go on one after the other. */
const queue = statement(
  'signing_key_queue',
  `insert into meta (name, value) values ('first_signing_key', '') on conflict (name) do update set value = meta.value`,
);
const insertFirst = statement<{ kid: string }>(
  'signing_key_insert_first',
  `insert into signing_key (kid, alg, public_jwk, sealed, created_at, active_from, retired_at)
  select $1, $2, $3, $4, $5, $6, $7 where not exists (select 1 from signing_key where alg = $2)
  on conflict (kid) do nothing returning kid`,
);
const insertMac = statement<{ keyId: number }>(
  'mac_key_insert',
  `insert into mac_key (purpose, key_id, sealed, created_at, active_from)
  values ($1, $2, $3, $4, $5) on conflict (purpose, key_id) do nothing returning key_id as "keyId"`,
);
const retire = statement('signing_key_retire', 'update signing_key set retired_at = $2 where kid = $1');
const remove = statement('signing_key_remove', 'delete from signing_key where kid = $1');

/** Keys at rest. */
export class KeyTables implements Keys {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async listSigning(): Promise<StoredSigningKey[]> {
    return (await this.#operations.query(listSigning, [])).map(signingKeyOf);
  }

  async listMac(): Promise<StoredMacKey[]> {
    return this.#operations.query(listMac, []);
  }

  async insertSigning(key: StoredSigningKey): Promise<boolean> {
    return (await this.#operations.query(insertSigning, signingValues(key))).length === 1;
  }

  async insertFirstSigning(key: StoredSigningKey): Promise<boolean> {
    return this.#operations.transaction(async (run) => {
      await run(queue, []);
      return (await run(insertFirst, signingValues(key))).length === 1;
    });
  }

  async insertMac({ purpose, keyId, sealed, createdAtMs, activeFromMs }: StoredMacKey): Promise<boolean> {
    const values = [purpose, String(keyId), sealed, String(createdAtMs), String(activeFromMs)];
    return (await this.#operations.query(insertMac, values)).length === 1;
  }

  async retireSigning(kid: string, retiredAtMs: number): Promise<void> {
    await this.#operations.query(retire, [kid, String(retiredAtMs)]);
  }

  async removeSigning(kid: string): Promise<void> {
    await this.#operations.query(remove, [kid]);
  }
}

function signingValues(key: StoredSigningKey): Value[] {
  const { kid, alg, publicJwk, sealed, createdAtMs, activeFromMs, retiredAtMs } = key;
  const times = [createdAtMs, activeFromMs, retiredAtMs].map((time) => (time === undefined ? null : String(time)));
  return [kid, alg, JSON.stringify(publicJwk), sealed, ...times];
}

function signingKeyOf({ publicJwk, retiredAtMs, ...rest }: SigningRow): StoredSigningKey {
  const key: StoredSigningKey = { ...rest, publicJwk: JSON.parse(publicJwk) as PublicJwk };
  if (retiredAtMs !== null) key.retiredAtMs = retiredAtMs;
  return key;
}
