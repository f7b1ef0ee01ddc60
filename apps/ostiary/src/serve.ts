import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, BlockList } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Handler, Peer } from '@ostiary/http';
import type { Log } from '@ostiary/service';
import { blockListOf } from './address-range.ts';
import type { AddressRange } from './address-range.ts';
import { clientAddress } from './client-address.ts';
import { codeOf, messageOf, Stop } from './stop.ts';

export interface Place {
  host: string;
  port: number;
  /** Default: none. */
  trustedProxies?: readonly AddressRange[];
}

export interface Served {
  host: string;
  /** The port in use: another than asked for when that was 0. */
  port: number;
  /** From now on every answer is the last one of its connection, so that its client goes elsewhere for the next. */
  drain(): void;
  /** Stops accepting, lets requests in progress finish for a while, then closes every connection. */
  close(): Promise<void>;
}

/** A client that sends slowly or holds on for nothing is shown out; a proxy's idle connections (60 s is usual) stay. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};
const maxHeadersCount = 100;
const maxConnections = 4096;
const finishWithinMs = 10_000;

/** Listens, and hands every request to the handler. Throws `Stop` when the address cannot be had. */
export async function serve(handler: Handler, { host, port, trustedProxies = [] }: Place, log: Log): Promise<Served> {
  const trusted = trustedProxies.length === 0 ? undefined : blockListOf(trustedProxies);
  let isDraining = false;
  const answer = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const response = await handler(request, peerOf(incoming as IncomingMessage, trusted));
      if (isDraining) (outgoing as ServerResponse).shouldKeepAlive = false;
      return response;
    },
    { errorHandler: (fault) => answerFault(fault, log) },
  );
  const server = createServer(limits, (request, response) => void answer(request, response));
  server.maxHeadersCount = maxHeadersCount;
  server.maxConnections = maxConnections;
  await listen(server, host, port);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    drain: () => void (isDraining = true),
    close: () => close(server),
  };
}

/** Of what proxies say, the address of the client alone: host, scheme and path are the issuer's. */
function peerOf(incoming: IncomingMessage, trustedProxies: BlockList | undefined): Peer {
  const { socket } = incoming;
  return {
    address: clientAddress(incoming, trustedProxies),
    isTls: 'encrypted' in socket,
    async hasLeft() {
      // What lies ready on the connection is read first: its end may be there already.
      await setImmediate();
      return socket.destroyed || socket.readableEnded;
    },
    cutOff: () => void socket.destroy(),
  };
}

function answerFault(fault: unknown, log: Log): Response {
  // A request line or Host header that makes no URL.
  if (fault instanceof RequestError) return new Response('Bad Request\n', { status: 400 });
  log.error('unexpected', { error: fault instanceof Error ? fault.name : typeof fault });
  return new Response('Internal Server Error\n', { status: 500 });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (fault) => reject(new Stop(whyNot(fault, host, port), { cause: fault })));
    server.listen({ host, port }, resolve);
  });
}

function whyNot(fault: Error, host: string, port: number): string {
  switch (codeOf(fault)) {
    case 'EADDRINUSE':
      return `port ${port} is in use on ${host}; stop the program that has it ("lsof -i :${port}" names it) or choose another --port`;
    case 'EACCES':
      return `port ${port} is not for everybody to open; choose one above 1023 by --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${host}; choose another --host`;
    default:
      return `cannot listen on ${host}, port ${port}: ${messageOf(fault)}`;
  }
}

/** Connections that idle are closed at once, the others as soon as their answer is out. */
async function close(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const end = setTimeout(() => server.closeAllConnections(), finishWithinMs);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(sweep);
  clearTimeout(end);
}
