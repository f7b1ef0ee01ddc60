import { startServer, stopChild } from '../child.ts';
import { startDatabaseServer } from '../postgres/database-server.ts';
import { ask } from '../questions.ts';
import { SERVICE_CLIENT, type Subject } from '../subject.ts';

export async function startPostgresFloor(families: number): Promise<Subject> {
  const database = await startDatabaseServer();
  const child = startServer(new URL('./server.ts', import.meta.url), [database.url, String(families)]);
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
    onlyRefreshes: true,
    families: (count) => ask(child, 'families', count),
    codes: () => Promise.reject(new Error('this floor knows no codes')),
    discard: async () => {},
    server: () => child,
    databaseCpu: database.cpuMicroseconds,
    stop: async () => {
      await stopChild(child);
      await database.stop();
    },
  };
}
