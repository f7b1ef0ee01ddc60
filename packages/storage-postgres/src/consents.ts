import type { Consent } from '@ostiary/model';
import type { Consents } from '@ostiary/storage';
import type { ApiId, ClientId, UserId } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { clientKey, idText, soughtUuid } from './values.ts';

type ConsentRow = {
  userId: string;
  clientId: ClientId;
  version: number;
  scopes: string;
  apis: string;
  redirectHosts: string;
  givenAtMs: number;
  withdrawnAtMs: number | null;
};

const columns = `
  select n.user_id as "userId", c.client_id as "clientId", n.version, n.scopes, n.apis,
    n.redirect_hosts as "redirectHosts", n.given_at as "givenAtMs", n.withdrawn_at as "withdrawnAtMs"
  from consent n join client c on c.key = n.client`;
const find = statement<ConsentRow>(
  'consent_find',
  `${columns} where n.user_id = $1 and n.client = $2 and c.client_id = $3`,
);
const list = statement<ConsentRow>(
  'consent_list',
  `${columns} where n.user_id = $1 and n.withdrawn_at is null order by n.given_at, c.client_id`,
);

/** Reads of consents. */
export class ConsentReads implements Consents {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async find(userId: UserId, clientId: ClientId): Promise<Consent | undefined> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined || clientId.includes('\0')) return undefined;
    const [row] = await this.#operations.query(find, [uuid, clientKey(clientId), clientId]);
    return row && consentOf(row);
  }

  async list(userId: UserId): Promise<Consent[]> {
    const uuid = soughtUuid('user', userId);
    return uuid === undefined ? [] : (await this.#operations.query(list, [uuid])).map(consentOf);
  }
}

function consentOf(row: ConsentRow): Consent {
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
