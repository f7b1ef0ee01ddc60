import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer, stopChild, type Child } from '../child.ts';
import { ask } from '../questions.ts';
import { bytesPerRow } from '../stored-bytes.ts';
import { SERVICE_CLIENT, type Subject } from '../subject.ts';
import { configuration } from './configuration.ts';
import { signInEverywhere, type Endpoints } from './seeding.ts';

const ENTRY = new URL('../../../apps/ostiary/src/main.ts', import.meta.url);
const DISCOVERY_PATH = '/.well-known/openid-configuration';
const START_ATTEMPTS = 150;
const START_PAUSE_MILLISECONDS = 100;

/** Starts `ostiary start` on a new database in a temporary folder and signs users in over HTTP. */
export async function startOstiary(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const configPath = join(folder, 'ostiary.config.json');
  const databasePath = join(folder, 'ostiary.db');
  await writeFile(configPath, JSON.stringify(configuration(origin, databasePath)));
  const child = startServer(ENTRY, ['start', '--config', configPath, '--port', String(port)], {
    HOME: folder,
    OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url'),
  });
  const stop = async (): Promise<void> => {
    await stopChild(child);
    await rm(folder, { recursive: true });
  };
  try {
    const endpoints = await endpointsOf(origin, child);
    const seeding = await signInEverywhere(origin, endpoints);
    return {
      name: 'ostiary',
      target: {
        origin,
        tokenPath: new URL(endpoints.token_endpoint).pathname,
        discoveryPath: DISCOVERY_PATH,
        serviceClient: SERVICE_CLIENT,
      },
      servesRacers: true,
      ...seeding,
      usage: () => ask(child, 'usage', null),
      bytesPerFamily: () => bytesPerRow(databasePath, 'family'),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`Ostiary could not be measured. Its last output:\n${child.output()}`, { cause: error });
  }
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
async function endpointsOf(origin: string, child: Child): Promise<Endpoints> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    if (child.process.exitCode !== null) throw new Error(`The server exited with ${child.process.exitCode}.`);
    const response = await fetch(origin + DISCOVERY_PATH).catch(() => undefined);
    if (response?.status === 200) return (await response.json()) as Endpoints;
    await response?.body?.cancel();
    await pause(START_PAUSE_MILLISECONDS);
  }
  throw new Error('The server did not answer in time.');
}
