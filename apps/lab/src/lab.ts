import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { createLabApi } from './api.ts';
import { createIssuerClock } from './issuer-clock.ts';
import { createPage } from './page.ts';

export interface LabOptions {
  /** Issuer identifier, for instance `http://localhost:4000`. */
  issuer: string;
  /** Port of the page; 0 takes a free one. */
  port: number;
  /** Port of the Lab API; 0 takes a free one. */
  apiPort: number;
}

export interface Lab {
  /** Origin of the page, without a slash at the end. */
  url: string;
  /** Origin of the Lab API, without a slash at the end. */
  apiUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the page and the Lab API on loopback.
 * Rejects when a port is taken. The issuer need not be up yet.
 */
export async function startLab({ issuer, port, apiPort }: LabOptions): Promise<Lab> {
  const servers: Server[] = [];
  const open = async (at: number, host?: string) => {
    const server = await listen(at, host);
    servers.push(server);
    return server;
  };
  const closeAll = () => Promise.all(servers.map(close));
  try {
    const byNumber = await open(port, '127.0.0.1');
    const pagePort = portOf(byNumber);
    // `localhost` may be 127.0.0.1, or ::1 beside it.
    const byName = await open(pagePort, '::1').catch(unlessTaken);
    const apiServer = await open(apiPort);
    const url = `http://localhost:${pagePort}`;
    const origins = [url, `http://127.0.0.1:${pagePort}`];
    const apiUrl = `http://localhost:${portOf(apiServer)}`;
    const clock = createIssuerClock(issuer);
    const page = await createPage({ issuer, origins, apiUrl, clock });
    for (const server of [byNumber, byName]) if (server !== undefined) serve(server, page);
    serve(apiServer, createLabApi({ issuer, pageOrigins: origins, clock }));
    return { url, apiUrl, close: async () => void (await closeAll()) };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Machines without IPv6 do well without. */
function unlessTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EADDRINUSE') throw error;
}

function listen(port: number, host = 'localhost'): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function serve(server: Server, app: Hono): void {
  const answer = getRequestListener(app.fetch);
  server.on('request', (request, response) => void answer(request, response));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
