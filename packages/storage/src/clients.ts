import type { Client } from '@ostiary/model';
import type { ClientId } from '@ostiary/wire';

/** The changing part of clients. Registrations are configuration and live elsewhere. */
export interface Clients {
  find(id: ClientId): Promise<Client | undefined>;
  /**
   * Makes the rows agree with the configuration: missing ones are inserted, listed ones enabled, all others disabled with
   * their epoch raised. Idempotent; concurrent callers with the same list agree.
   */
  sync(ids: ClientId[], atMs: number): Promise<{ enabled: ClientId[]; disabled: ClientId[] }>;
}
