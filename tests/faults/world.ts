import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callback, openIssuer, redeem, stillClock, type StillClock, type TestIssuer } from '@ostiary/http/fixture';
import type { Settings } from '@ostiary/service';
import type { Store } from '@ostiary/storage';
import type { PostgresOptions } from '@ostiary/storage-postgres';
import { postgresServer } from '../support/postgres.ts';
import { localReach, type Reach } from './reach.ts';
import type { Store as ClientStore } from './parties.ts';

export type StoreKind = 'sqlite' | 'postgres';

/** Nodes in this process on one database, each with a store of its own: they share what two machines would. */
export interface World {
  nodes: readonly TestIssuer[];
  reach: Reach;
  clock: StillClock;
  /** The first node's store. */
  store: Store;
  /** Signs somebody in and redeems the code; default client: `lab-spa`. */
  bear(client?: string): Promise<ClientStore>;
  /** A code of somebody who has signed in before. */
  newCode(client?: string): Promise<string>;
  close(): Promise<void>;
}

export interface WorldOptions {
  settings?: Partial<Settings>;
  nodes?: number;
  /** How far each node's clock is ahead of the first one's. */
  skewSeconds?: readonly number[];
  /** Changes a node's store after it was opened: for faults that are planted. */
  plant?: (store: Store) => void;
  /** Changes the address and the options of each node's store, by its number. */
  postgres?: (node: number, url: string) => Promise<Partial<PostgresOptions>>;
}

/** Opens nodes on a new database. */
export async function openWorld(
  kind: StoreKind,
  { settings, nodes: count = 2, postgres, plant, skewSeconds = [] }: WorldOptions = {},
): Promise<World> {
  const { open, remove } = kind === 'sqlite' ? newFile() : await newDatabase(postgres);
  const clock = stillClock();
  const nodes: TestIssuer[] = [];
  // One by one: the first makes the keys, the others find them.
  for (let node = 0; node < count; node += 1) {
    const store = await open(node);
    plant?.(store);
    const skewMs = (skewSeconds[node] ?? 0) * 1000;
    const own = { ...clock, now: () => clock.now() + skewMs };
    nodes.push(await openIssuer({ store, clock: own, ...(settings && { settings }) }));
  }
  const [first] = nodes as [TestIssuer];
  let browser = first.browser();
  let born = 0;
  const newCode = async (client = 'lab-spa') => {
    const code = (await browser.authorize({ client_id: client, redirect_uri: callback })).get('code');
    if (code === null) throw new Error('no code was issued');
    return code;
  };
  return {
    nodes,
    reach: localReach(nodes),
    clock,
    store: first.service.store,
    newCode,
    async bear(client = 'lab-spa') {
      // A device holds ten families of a client; an eleventh would end the first.
      if (born % familiesPerDevice === 0) {
        browser = first.browser();
        clock.advance(60);
      }
      born += 1;
      const { status, body } = await redeem(first, await newCode(client), { client_id: client });
      if (status !== 200) throw new Error(`a code was refused: ${JSON.stringify(body)}`);
      return { family: familyOf(String(body['access_token'])), token: String(body['refresh_token']), isOver: false };
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
      await remove();
    },
  };
}

const familiesPerDevice = 10;

interface Database {
  open(node: number): Promise<Store>;
  remove(): Promise<void>;
}

function newFile(): Database {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-world-'));
  return {
    async open() {
      const { openSqliteStore } = await import('@ostiary/storage-sqlite');
      return openSqliteStore({ path: join(folder, 'ostiary.db') });
    },
    async remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

async function newDatabase(change: WorldOptions['postgres']): Promise<Database> {
  const { migratePostgres, openPostgresStore } = await import('@ostiary/storage-postgres');
  const { newDatabase: create } = await postgresServer();
  const { url, drop } = await create();
  await migratePostgres({ url });
  return {
    open: async (node) => openPostgresStore({ url, ...(await change?.(node, url)) }),
    remove: drop,
  };
}

/** The public id of its family, that an access token carries. */
export function familyOf(accessToken: string): string {
  const [, claims = ''] = accessToken.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { fam: string }).fam;
}

/** The same database by another port of this machine. */
export function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  Object.assign(changed, { hostname: '127.0.0.1', port: String(port) });
  return changed.href;
}
