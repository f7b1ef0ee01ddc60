// node web-program.ts '{ "issuer", "origin", "file", "clientId", "clientSecret" }': one process of a web app whose sessions lie in a
// file that others share. A test moves its clock and breaks its way to the provider by messages.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { auth, authErrors, requiresAuth } from '@ostiary/web';
import { sqliteStore } from '@ostiary/web/stores';
import express from 'express';

export interface WebProgramSettings {
  issuer: string;
  origin: string;
  file: string;
  clientId: string;
  clientSecret: string;
}

/** What a test says: how far the clock is ahead, and what becomes of the next answers of the token endpoint. */
export interface WebProgramOrder {
  aheadMs?: number;
  /** `lose`: it arrives, and nobody hears the answer. `hold`: the same, and nobody hears that it is lost. */
  trouble?: Array<'lose' | 'hold'>;
}

/** What the program says: where it listens; that a refresh left; that an answer is held. */
export type WebProgramNews = { port: number } | { refreshed: true } | { held: true } | { ordered: true };

const settings: WebProgramSettings = JSON.parse(process.argv[2] ?? '');
const tell = (news: WebProgramNews) => process.send?.(news);
let aheadMs = 0;
let trouble: Array<'lose' | 'hold'> = [];
process.on('message', (order: WebProgramOrder) => {
  aheadMs = order.aheadMs ?? aheadMs;
  trouble = order.trouble ?? trouble;
  tell({ ordered: true });
});

async function faultyFetch(url: string, init?: RequestInit): Promise<Response> {
  const isRefresh = init?.body instanceof URLSearchParams && init.body.get('grant_type') === 'refresh_token';
  if (isRefresh) tell({ refreshed: true });
  const answer = await fetch(url, init);
  const next = isRefresh ? trouble.shift() : undefined;
  if (next === 'lose') throw new TypeError('fetch failed');
  if (next === 'hold') {
    tell({ held: true });
    return new Promise(() => {});
  }
  return answer;
}

const now = () => Date.now() + aheadMs;
const database = new DatabaseSync(settings.file, { timeout: 5_000 });
database.exec('pragma journal_mode = wal');

const app = express();
app.use(
  auth({
    issuerBaseURL: settings.issuer,
    baseURL: settings.origin,
    clientID: settings.clientId,
    clientSecret: settings.clientSecret,
    secret: 'a secret that all processes of the app share',
    authRequired: false,
    renew: 'onDemand',
    authorizationParams: { scope: 'openid offline_access' },
    session: { store: sqliteStore(database, { now }) },
    environment: { now, fetch: faultyFetch },
  }),
);
app.get('/token', requiresAuth(), async (request, response) => void response.send(await request.oidc.getAccessToken()));
app.use(authErrors());

const server = createServer(app);
server.listen(0, 'localhost', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) tell({ port: address.port });
});
