import { auth, requiredScopes } from '@ostiary/api';
import express from 'express';
import type { Request, Response, Router } from 'express';
import type { LabAddresses } from '../addresses.ts';
import { createIssuerClock } from '../issuer-clock.ts';
import { createConnector, webClient } from './connect.ts';
import type { Purpose } from './connect.ts';
import { createFeed, tagIn } from './feed.ts';
import type { Feed } from './feed.ts';
import { createIssuerSwitches } from './issuer-switches.ts';
import { createLabMachine } from './lab-machine.ts';
import type { LabMachine } from './lab-machine.ts';
import { watchPage } from './watch-page.ts';
import { createWatcher } from './watcher.ts';

const cookie = 'lab-watch';

/** S3.3 and S3.4: a worker that watches a feed for somebody who is not there, until it is told to stop. */
export function watchScene({ addresses }: { addresses: LabAddresses }): Router {
  const clock = createIssuerClock(addresses.issuer);
  const machine = createLabMachine(clock);
  const feed = createFeed();
  const watcher = createWatcher(machine, { issuer: addresses.issuer, feedUrl: `${addresses.web}/watch/feed` });
  const switches = createIssuerSwitches(addresses.issuer);
  const connector = createConnector(addresses);

  const show = async (response: Response, problem?: string) => {
    const [watches, state, offsetMs] = [await watcher.watches(), await switches.state(), await clock.offsetMs()];
    const view = { watches, happenings: watcher.happenings(), items: feed.newest(), switches: state, problem };
    const nowMs = Date.now() + (offsetMs ?? 0);
    response.status(problem === undefined ? 200 : 400).send(await watchPage(addresses, { ...view, nowMs }));
  };
  const leave = async (response: Response, purpose: Purpose) => {
    const { url, state } = await connector.begin(purpose);
    response.cookie(cookie, state, { httpOnly: true, sameSite: 'lax', path: '/watch', maxAge: 600_000 });
    response.redirect(303, url);
  };
  const router = express.Router();
  router.use('/watch', ownForms(addresses.web), express.urlencoded({ extended: false }));
  feedRoutes(router, { feed, machine, addresses });
  router.get('/watch', (_request, response) => show(response));
  router.get('/watch/version', (_request, response) => {
    response.json({ newest: watcher.happenings()[0]?.number ?? 0 });
  });
  router.post('/watch/start', (request, response) => {
    const tag = tagIn(fieldOf(request, 'tag'));
    return tag === undefined
      ? show(response, 'A tag is one word: letters, digits, - and _.')
      : leave(response, { tag });
  });
  router.post('/watch/reconnect', (request, response) => leave(response, { id: fieldOf(request, 'id') }));
  router.get('/watch/callback', async (request, response) => {
    const answer = new URL(request.originalUrl, addresses.web).searchParams;
    const connected = await connector.finish(answer, stateIn(request));
    response.clearCookie(cookie, { path: '/watch' });
    if ('problem' in connected) return show(response, connected.problem);
    const { purpose, tokens } = connected;
    await ('tag' in purpose ? watcher.start(purpose.tag, tokens) : watcher.reconnect(purpose.id, tokens));
    response.redirect(303, '/watch');
  });
  const acts: Record<string, (request: Request) => Promise<unknown>> = {
    stop: (request) => watcher.stop(fieldOf(request, 'id')),
    account: (request) => switches.disableAda(fieldOf(request, 'to') === 'disabled'),
    permission: (request) => switches.allowFeed(fieldOf(request, 'to') === 'allowed'),
    time: (request) => clock.advance(Number(fieldOf(request, 'seconds'))),
  };
  for (const [path, act] of Object.entries(acts))
    router.post(`/watch/${path}`, async (request, response) => {
      await act(request);
      response.redirect(303, '/watch');
    });
  return router;
}

interface FeedPlace {
  feed: Feed;
  machine: LabMachine;
  addresses: LabAddresses;
}

/** The feed: everybody may post in the Lab; to read it takes a token with `read:feed`. */
function feedRoutes(router: Router, { feed, machine, addresses }: FeedPlace): void {
  const check = auth({
    issuerBaseURL: addresses.issuer,
    audience: 'https://api.lab.example',
    now: machine.nowMs,
    // What ended is refused within a second; then the worker asks the issuer, and is told why.
    revocations: { clientId: webClient.id, clientSecret: webClient.secret },
  });
  router.get('/watch/feed', check, requiredScopes('read:feed'), ({ query }, response) => {
    response.json({ items: feed.read(tagIn(query['tag']) ?? '', Number(query['after']) || 0) });
  });
  router.post('/watch/post', (request, response) => {
    const tag = tagIn(fieldOf(request, 'tag'));
    const text = fieldOf(request, 'text').trim().slice(0, 200);
    if (tag !== undefined && text !== '') feed.post({ atMs: machine.nowMs(), tag, text });
    response.redirect(303, '/watch');
  });
}

/** Takes forms of this app's own pages alone: browsers say where a form stands. */
function ownForms(origin: string): express.RequestHandler {
  return ({ method, headers }, response, next) => {
    // Without it browsers call the origin of a form `null`.
    response.set('referrer-policy', 'same-origin');
    if (method !== 'POST' || headers.origin === origin) return next();
    response.status(403).type('text/plain').send('This form is not one of this app.');
  };
}

function fieldOf({ body }: Request, name: string): string {
  const value: unknown = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

function stateIn({ headers }: Request): string | undefined {
  return new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
}
