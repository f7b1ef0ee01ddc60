import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export interface LoopbackServer {
  /** `http://localhost:PORT`, a free port. */
  origin: string;
  close(): Promise<void>;
}

/** Serves a Fetch-style function on a free port of this machine; `address` is the peer's. */
export async function serveOnLoopback(
  answer: (request: Request, address: string) => Response | Promise<Response>,
): Promise<LoopbackServer> {
  const listener = getRequestListener((request, { incoming }) => {
    const { remoteAddress = '' } = (incoming as IncomingMessage).socket;
    return answer(request, remoteAddress.replace(/^::ffff:/, ''));
  });
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
