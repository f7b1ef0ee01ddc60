import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, messageOf, Stop } from '../stop.ts';
import type { Readiness } from './readiness.ts';

/** What the port for operators tells. */
export interface Insight {
  readiness(): Readiness | Promise<Readiness>;
  /** In the text format of Prometheus. */
  metrics(): Promise<{ text: string; contentType: string }>;
}

export interface OperationsPage {
  host: string;
  port: number;
  close(): Promise<void>;
}

/** Serves /live, /ready and /metrics on a port of their own. Throws `Stop` when the address cannot be had. */
export async function serveOperations(
  { host, port }: { host: string; port: number },
  insight: Insight,
): Promise<OperationsPage> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(request, insight)
      .catch((): Answer => ({ status: 500, contentType: 'text/plain', body: 'Internal Server Error\n' }))
      .then((made) => send(response, made, request.method === 'HEAD'))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault) => reject(new Stop(whyNot(fault, host, port), { cause: fault })));
    server.listen({ host, port }, resolve);
  });
  server.unref();
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

async function answer({ method, url = '' }: IncomingMessage, insight: Insight): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, contentType: 'text/plain', body: 'Method Not Allowed\n' };
  const [path] = url.split('?');
  switch (path) {
    case '/live':
      return { status: 200, contentType: 'application/json', body: '{"alive":true}\n' };
    case '/ready':
      return readyAnswer(await insight.readiness());
    case '/metrics': {
      const { text, contentType } = await insight.metrics();
      return { status: 200, contentType, body: text };
    }
    default:
      return { status: 404, contentType: 'text/plain', body: 'Here are /live, /ready and /metrics\n' };
  }
}

function readyAnswer({ isReady, ...rest }: Readiness): Answer {
  const body = `${JSON.stringify({ ready: isReady, ...rest })}\n`;
  return { status: isReady ? 200 : 503, contentType: 'application/json', body };
}

function send(response: ServerResponse, { status, contentType, body }: Answer, isHead: boolean): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  });
  response.end(isHead ? undefined : body);
}

function whyNot(fault: Error, host: string, port: number): string {
  const what = `port ${port} of ${host}, for health and metrics,`;
  const remedy = 'choose another one, or "off", by operations.port in the configuration';
  switch (codeOf(fault)) {
    case 'EADDRINUSE':
      return `${what} is in use; ${remedy}`;
    case 'EACCES':
      return `${what} is not for everybody to open; ${remedy}`;
    default:
      return `${what} cannot be had: ${messageOf(fault)}; ${remedy}`;
  }
}
