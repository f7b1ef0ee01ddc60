import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that the system gives to whoever listens on any or calls somebody: nobody gets one of these by chance. */
const lowest = 20_000;
const count = 12_000;

/** A port of this machine that nobody listens on at the moment: for programs whose address must be known before they start. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + randomInt(count);
    if (await isFree(port)) return port;
  }
}

/** Free on every address of the machine: `localhost` alone may be another one than the program listens on. */
function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
