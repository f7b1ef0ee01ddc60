import { startServer, stopChild } from '../child.ts';
import { ask } from '../questions.ts';
import { SERVICE_CLIENT, type Subject } from '../subject.ts';

/** Its in-memory adapter forgets beyond 1,000 entries. */
const MOST_FAMILIES = 128;

export async function startOidcProvider(): Promise<Subject> {
  const child = startServer(new URL('./server.ts', import.meta.url), [], { NODE_ENV: 'production' });
  const port = await ask(child, 'port', null);
  return {
    name: 'oidc-provider',
    target: {
      origin: `http://127.0.0.1:${port}`,
      tokenPath: '/token',
      discoveryPath: '/.well-known/openid-configuration',
      serviceClient: SERVICE_CLIENT,
    },
    servesRacers: false,
    families: (count) => ask(child, 'families', count),
    codes: (count) => ask(child, 'codes', count),
    discard: async () => {},
    mostFamilies: MOST_FAMILIES,
    server: () => child,
    stop: () => stopChild(child),
  };
}
