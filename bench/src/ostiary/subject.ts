import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer, stopChild, type Child } from '../child.ts';
import { SERVICE_CLIENT, SPA_ORIGIN, type Family, type Subject } from '../subject.ts';
import { configuration } from './configuration.ts';
import { openPlace, type Place } from './place.ts';
import { post, signInEverywhere, type Endpoints, type Seeding } from './seeding.ts';
import { familiesOf, refreshKeyOf, type Stock } from './stock.ts';

const REPOSITORY = new URL('../../../', import.meta.url);
const DISCOVERY_PATH = '/.well-known/openid-configuration';
const START_MILLISECONDS = 30_000;
const START_PAUSE_MILLISECONDS = 2;

export type OstiaryWishes = {
  name: 'ostiary' | 'before';
  store: 'sqlite' | 'postgres';
  /** Families that stand in the store when the measurement begins. */
  families: number;
  /** Another checkout to run in place of this one: a folder. */
  checkout?: string | undefined;
};

/** Starts `ostiary start` on a new database, signs users in over HTTP, and fills the database with copies of one of them. */
export async function startOstiary(wishes: OstiaryWishes): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  const place = await openPlace(wishes.store, folder);
  const program = await prepareProgram(wishes, place, folder);
  const { origin, masterKey, start } = program;
  let child = start();
  const stop = async (): Promise<void> => {
    await stopChild(child);
    await place.close();
    await rm(folder, { recursive: true });
  };
  try {
    const endpoints = await endpointsOf(origin, child);
    const seeding = await signInEverywhere(origin, endpoints);
    const stock = await fill(place, seeding, wishes.families);
    const key = await refreshKeyOf(stock, masterKey);
    const families = (count: number): Promise<Family[]> => familiesOf(stock, key, count);
    const restart = async (): Promise<number> => {
      const [family] = await families(1);
      await stopChild(child);
      const spawnedAt = performance.now();
      child = start();
      await firstRefresh(endpoints, family!, child);
      return performance.now() - spawnedAt;
    };
    // Hashing the passwords of those who signed in has left its mark on the memory of the process.
    await restart();
    return {
      name: wishes.name,
      target: {
        origin,
        tokenPath: new URL(endpoints.token_endpoint).pathname,
        discoveryPath: DISCOVERY_PATH,
        serviceClient: SERVICE_CLIENT,
      },
      servesRacers: true,
      families,
      codes: seeding.codes,
      discard: seeding.discard,
      server: () => child,
      ...(place.databaseCpu && { databaseCpu: place.databaseCpu }),
      restart,
      bytesPerFamily: stock.bytesPerFamily,
      stop: async () => {
        await stock.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw new Error(`Ostiary could not be measured. Its last output:\n${child.output()}`, { cause: error });
  }
}

type Program = { origin: string; masterKey: Uint8Array; start: () => Child };

/** What the published program runs with (`tools/server-flags.mjs`). */
const SERVER_FLAGS = ['--max-semi-space-size=8'];

/** Writes the configuration; `start` then starts the program, as often as wanted, on the same port. */
async function prepareProgram({ checkout }: OstiaryWishes, place: Place, folder: string): Promise<Program> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const configPath = join(folder, 'ostiary.config.json');
  await writeFile(configPath, JSON.stringify(configuration(origin, place.storage)));
  const masterKey = randomBytes(32);
  const root = checkout === undefined ? REPOSITORY : pathToFileURL(`${checkout}/`);
  const env = { HOME: folder, OSTIARY_MASTER_KEY: masterKey.toString('base64url') };
  const order = (...words: string[]): Child =>
    startServer(new URL('apps/ostiary/src/main.ts', root), [...words, '--config', configPath], env, SERVER_FLAGS);
  await place.prepare(() => ended(order('migrate')));
  const start = (): Child => order('start', '--port', String(port));
  return { origin, masterKey, start };
}

/** One user gets a family from each client, and the rest of the stock are copies of that user. */
async function fill(place: Place, { firstFamilies }: Seeding, families: number): Promise<Stock> {
  await firstFamilies();
  const stock = await place.openStock();
  await stock.grow(families);
  return stock;
}

async function ended({ process: child, output }: Child): Promise<void> {
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`the database was not prepared:\n${output()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits until the server answers, and reads its endpoints. */
function endpointsOf(origin: string, child: Child): Promise<Endpoints> {
  return untilAnswered(child, async () => {
    const response = await fetch(origin + DISCOVERY_PATH);
    return (await response.json()) as Endpoints;
  });
}

/** Refreshes as soon as the server answers. */
async function firstRefresh({ token_endpoint: url }: Endpoints, family: Family, child: Child): Promise<void> {
  const form = { grant_type: 'refresh_token', client_id: family.clientId, refresh_token: family.refreshToken };
  await untilAnswered(child, () => post(url, form, SPA_ORIGIN));
}

/** Tries again until there is an answer; gives up when the server ended or took too long. */
async function untilAnswered<T>(child: Child, send: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + START_MILLISECONDS;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (child.process.exitCode !== null || performance.now() > endsAt) throw error;
      await pause(START_PAUSE_MILLISECONDS);
    }
  }
}
