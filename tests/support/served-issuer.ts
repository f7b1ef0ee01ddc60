import { createHash } from 'node:crypto';
import type { Handler } from '@ostiary/http';
import { openIssuer, webSecret, type StillClock, type TestIssuer } from '@ostiary/http/fixture';
import type { RegisteredClient, Settings } from '@ostiary/service';
import type { Store } from '@ostiary/storage';
import type { ClientMetadata, Digest } from '@ostiary/wire';
import { serveOnLoopback } from './loopback-server.ts';

/** An issuer on a port of its own: all who talk to it, its test browser too, do so over the network. */
export interface ServedIssuer extends Pick<TestIssuer, 'service' | 'clock' | 'log' | 'browser' | 'close'> {
  /** Issuer identifier, with the port. */
  issuer: string;
}

/** Opens an issuer with the Lab's settings and whatever a test changes of them, in memory unless a store is given. */
export async function serveIssuer(settings: Partial<Settings> = {}, store?: Store): Promise<ServedIssuer> {
  let handler: Handler = () => Promise.reject(new Error('the issuer is not open yet'));
  const server = await serveOnLoopback((request, address) => handler(request, { address, isTls: false }));
  const { origin: issuer } = server;
  const clock = runningClock();
  const opened = await openIssuer({ settings: { ...settings, issuer }, clock, ...(store && { store }) });
  handler = opened.handler;
  const send = (path: string, init?: RequestInit) =>
    fetch(path.startsWith('http') ? path : issuer + path, { redirect: 'manual', ...init });
  return {
    ...opened,
    issuer,
    browser: () => opened.browser(send),
    close: async () => {
      await server.close();
      await opened.close();
    },
  };
}

/** A client with the Lab's secret. */
export function withSecret(metadata: ClientMetadata): RegisteredClient {
  return { metadata, secretHash: createHash('sha256').update(webSecret).digest('base64url') as Digest };
}

/** The clock of this machine, which other people's clients go by; it can be moved ahead of them. */
function runningClock(): StillClock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    offsetMs: () => aheadMs,
    advance: (seconds) => {
      aheadMs += seconds * 1000;
    },
  };
}
