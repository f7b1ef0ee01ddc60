import type { Consent, Ending, Expectation } from '@ostiary/model';
import type { Consents } from '@ostiary/storage';
import type { ApiId, ClientId, UserId } from '@ostiary/wire';
import { idBlob, idText, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type ConsentRow = {
  userId: Uint8Array;
  clientId: ClientId;
  version: number;
  scopes: string;
  apis: string;
  redirectHosts: string;
  givenAtMs: number;
  withdrawnAtMs: number | null;
};

const columns = `
  select u.public_id as userId, c.client_id as clientId, n.version, n.scopes, n.apis, n.redirect_hosts as redirectHosts,
    n.given_at as givenAtMs, n.withdrawn_at as withdrawnAtMs
  from consent n join user u on u.id = n.user join client c on c.id = n.client`;
const userKey = '(select id from user where public_id = ?)';
const clientKey = '(select id from client where client_id = ?)';

/** Consents: the port, and what plans do to them. */
export class ConsentTable implements Consents {
  readonly #find: Statement<ConsentRow>;
  readonly #list: Statement<ConsentRow>;
  readonly #version: Statement<{ version: number }>;
  readonly #put: Statement<never>;
  readonly #withdraw: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare(`${columns} where n.user = ${userKey} and n.client = ${clientKey}`);
    this.#list = db.prepare(
      `${columns} where n.user = ${userKey} and n.withdrawn_at is null order by n.given_at, n.client`,
    );
    this.#version = db.prepare(`select version from consent where user = ${userKey} and client = ${clientKey}`);
    this.#put = db.prepare(`
      insert into consent (user, client, version, scopes, apis, redirect_hosts, given_at, withdrawn_at)
      values (${userKey}, ${clientKey}, ?, ?, ?, ?, ?, ?)
      on conflict (user, client) do update set version = excluded.version, scopes = excluded.scopes, apis = excluded.apis,
        redirect_hosts = excluded.redirect_hosts, given_at = excluded.given_at, withdrawn_at = excluded.withdrawn_at`);
    this.#withdraw = db.prepare(`
      update consent set withdrawn_at = ?, version = version + 1
      where user = ${userKey} and client = ${clientKey} and withdrawn_at is null`);
  }

  async find(userId: UserId, clientId: ClientId): Promise<Consent | undefined> {
    return consentOf(this.#find.get(soughtId('user', userId), clientId));
  }

  async list(userId: UserId): Promise<Consent[]> {
    return this.#list.all(soughtId('user', userId)).flatMap((row) => consentOf(row) ?? []);
  }

  stands({ userId, clientId, version }: Expectation & { kind: 'consent' }): boolean {
    return this.#version.get(soughtId('user', userId), clientId)?.version === version;
  }

  put(row: Consent): void {
    this.#put.run(
      idBlob('user', row.userId),
      row.clientId,
      row.version,
      JSON.stringify(row.scopes),
      JSON.stringify(row.apis),
      JSON.stringify(row.redirectHosts),
      row.givenAtMs,
      row.withdrawnAtMs ?? null,
    );
  }

  withdraw({ userId, clientId, atMs }: Ending & { kind: 'consent' }): void {
    this.#withdraw.run(atMs, idBlob('user', userId), clientId);
  }
}

function consentOf(row: ConsentRow | undefined): Consent | undefined {
  if (!row) return undefined;
  const consent: Consent = {
    userId: idText('user', row.userId),
    clientId: row.clientId,
    version: row.version,
    scopes: JSON.parse(row.scopes) as string[],
    apis: JSON.parse(row.apis) as Record<ApiId, string[]>,
    redirectHosts: JSON.parse(row.redirectHosts) as string[],
    givenAtMs: row.givenAtMs,
  };
  if (row.withdrawnAtMs !== null) consent.withdrawnAtMs = row.withdrawnAtMs;
  return consent;
}
