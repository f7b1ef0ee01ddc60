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
  const pageServer = await listen(port);
  const apiServer = await listen(apiPort).catch(async (error: unknown) => {
    await close(pageServer);
    throw error;
  });
  const url = originOf(pageServer);
  const apiUrl = originOf(apiServer);
  const clock = createIssuerClock(issuer);

  serve(pageServer, createPage({ issuer, url, apiUrl, clock }));
  serve(apiServer, createLabApi({ issuer, pageOrigin: url, clock }));

  return {
    url,
    apiUrl,
    async close() {
      await Promise.all([close(pageServer), close(apiServer)]);
    },
  };
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function serve(server: Server, app: Hono): void {
  const answer = getRequestListener(app.fetch);
  server.on('request', (request, response) => void answer(request, response));
}

function originOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
