import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { LabAddresses } from './addresses.ts';
import { createLabApi } from './api.ts';
import { followClock } from './followed-clock.ts';
import { createIssuerClock } from './issuer-clock.ts';
import { createIssuerOverlay } from './issuer-overlay.ts';
import { holdPort } from './loopback.ts';
import type { LoopbackPort } from './loopback.ts';
import { createPage } from './page.ts';
import { createWebApp } from './web/app.ts';

export interface LabOptions {
  /** Issuer identifier, for instance `http://localhost:4000`. */
  issuer: string;
  /** Port of the pages; 0 takes a free one. */
  port: number;
  /** Port of the web app; 0 takes a free one. */
  webPort: number;
  /** Port of the Lab API; 0 takes a free one. */
  apiPort: number;
}

export interface Lab {
  /** Origin of the pages, without a slash at the end. */
  url: string;
  /** Origin of the web app, without a slash at the end. */
  webUrl: string;
  /** Origin of the Lab API, without a slash at the end. */
  apiUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the pages, the web app and the Lab API on loopback.
 * Rejects when a port is taken. The issuer need not be up yet.
 */
export async function startLab({ issuer, port, webPort, apiPort }: LabOptions): Promise<Lab> {
  const ports: LoopbackPort[] = [];
  const closePorts = async () => void (await Promise.all(ports.map((held) => held.close())));
  const hold = async (wanted: number) => {
    const held = await holdPort(wanted);
    ports.push(held);
    return held;
  };
  try {
    const [forPages, forWeb, forApi] = [await hold(port), await hold(webPort), await hold(apiPort)];
    const addresses = { issuer, page: origin(forPages), web: origin(forWeb), api: origin(forApi) };
    const origins = [addresses.page, addresses.page.replace('localhost', '127.0.0.1')];
    const issuerClock = createIssuerClock(issuer);
    const clock = followClock(issuerClock);
    const api = createLabApi({ addresses, pageOrigins: origins, clock });
    const page = await createPage({ addresses, origins, clock: issuerClock });
    const web = createWebApp({ addresses, issuerClock, clock, overlay: createIssuerOverlay(issuer), api });
    forPages.serve(listener(page.routes));
    forWeb.serve(web.app);
    forApi.serve(api.app);
    return labOf(addresses, async () => {
      await closePorts();
      api.close();
      await Promise.all([page.close(), web.close()]);
    });
  } catch (error) {
    await closePorts();
    throw error;
  }
}

function labOf({ page, web, api }: LabAddresses, close: () => Promise<void>): Lab {
  return { url: page, webUrl: web, apiUrl: api, close };
}

function origin({ port }: LoopbackPort): string {
  return `http://localhost:${port}`;
}

function listener(app: Hono): RequestListener {
  const answer = getRequestListener(app.fetch);
  return (request, response) => void answer(request, response);
}
