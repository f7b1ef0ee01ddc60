import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { localhostTls } from '../support/localhost-tls.ts';

/** An app's own server: blank pages at `/` and `/callback`, and `/silent`, which hands its query to the page around it. */
export interface AppServer {
  origin: string;
  close(): Promise<void>;
}

const blank = '<!doctype html><html lang="en"><title>App</title><p>The app</p></html>';
const silent = '<!doctype html><title>Silent</title><script>parent.postMessage(location.search, origin)</script>';

/** Serves the app on a free port of `localhost` or `127.0.0.1`. */
export async function serveApp({ host = 'localhost', isTls = false } = {}): Promise<AppServer> {
  const server = isTls ? createHttpsServer(localhostTls) : createHttpServer();
  server.on('request', (request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(request.url?.startsWith('/silent') ? silent : blank);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${isTls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
