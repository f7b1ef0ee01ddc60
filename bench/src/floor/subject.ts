import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, stopChild } from '../child.ts';
import { ask } from '../questions.ts';
import { bytesPerRow } from '../stored-bytes.ts';
import { SERVICE_CLIENT, type Subject } from '../subject.ts';

export async function startFloor(families: number): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-bench-floor-'));
  const databasePath = join(folder, 'floor.db');
  const child = startServer(new URL('./server.ts', import.meta.url), [databasePath, String(families)]);
  const port = await ask(child, 'port', null);
  return {
    name: 'floor',
    target: {
      origin: `http://127.0.0.1:${port}`,
      tokenPath: '/token',
      discoveryPath: '/.well-known/openid-configuration',
      serviceClient: SERVICE_CLIENT,
    },
    servesRacers: true,
    families: (count) => ask(child, 'families', count),
    codes: (count) => ask(child, 'codes', count),
    discard: async () => {},
    server: () => child,
    bytesPerFamily: async () => bytesPerRow(databasePath, 'family'),
    stop: async () => {
      await stopChild(child);
      await rm(folder, { recursive: true });
    },
  };
}
