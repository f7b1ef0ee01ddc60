import { join } from 'node:path';
import type { StoreName } from '../subject.ts';
import { startDatabaseServer } from '../postgres/database-server.ts';
import { openPostgresStock } from './postgres-stock.ts';
import { openSqliteStock } from './sqlite-stock.ts';
import type { Stock } from './stock.ts';

/** Where the server under measurement keeps its data. */
export interface Place {
  /** What stands in its configuration. */
  storage: unknown;
  /** Does what has to be done before the first start. */
  prepare(migrate: () => Promise<void>): Promise<void>;
  /** Once the server has started for the first time. */
  openStock(): Promise<Stock>;
  /** CPU microseconds of the database server, where there is one. */
  databaseCpu?: () => Promise<number>;
  close(): Promise<void>;
}

export async function openPlace(store: StoreName, folder: string): Promise<Place> {
  switch (store) {
    case 'sqlite': {
      const path = join(folder, 'ostiary.db');
      return {
        storage: `sqlite:${path}`,
        prepare: async () => {},
        openStock: async () => openSqliteStock(path),
        close: async () => {},
      };
    }
    case 'postgres': {
      const server = await startDatabaseServer();
      return {
        storage: { postgres: { url: server.url } },
        prepare: (migrate) => migrate(),
        openStock: () => openPostgresStock(server.url),
        databaseCpu: server.cpuMicroseconds,
        close: server.stop,
      };
    }
  }
}
