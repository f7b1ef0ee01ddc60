import { auth, requiredScopes } from '@ostiary/api';
import express from 'express';
import type { Request, Response, Router } from 'express';
import { labApi } from '../api.ts';
import type { FollowedClock } from '../followed-clock.ts';
import { webClient } from '../web-client.ts';
import type { WebAppParts, WebScene } from '../web/parts.ts';
import { createConnector } from './connect.ts';
import type { Purpose } from './connect.ts';
import { createFeed, tagIn } from './feed.ts';
import type { Feed } from './feed.ts';
import { createLabMachine } from './lab-machine.ts';
import { allowFeed, disableAda, switchesInForce } from './operator-switches.ts';
import { watchPage } from './watch-page.ts';
import { createWatcher } from './watcher.ts';

const cookie = 'lab-watch';

/** S3.3 and S3.4: a worker that watches a feed for somebody who is not there, until it is told to stop. */
export function watchScene({ addresses, issuerClock, clock, overlay }: WebAppParts): WebScene {
  const { issuer, web } = addresses;
  const feed = createFeed();
  const check = feedCheck(issuer, clock);
  const watcher = createWatcher({ machine: createLabMachine(clock), clock, issuer, feedUrl: `${web}/watch/feed` });
  const connector = createConnector(addresses);

  const show = async (response: Response, problem?: string) => {
    const [watches, switches] = [await watcher.watches(), await switchesInForce(overlay)];
    const view = { watches, happenings: watcher.happenings(), items: feed.newest(), switches, problem };
    const page = await watchPage(addresses, { ...view, nowMs: clock.nowMs() });
    response.status(problem === undefined ? 200 : 400).send(page);
  };
  const leave = async (response: Response, purpose: Purpose) => {
    const { url, state } = await connector.begin(purpose);
    response.cookie(cookie, state, { httpOnly: true, sameSite: 'lax', path: '/watch', maxAge: 600_000 });
    response.redirect(303, url);
  };
  const router = express.Router();
  feedRoutes(router, { feed, check, clock });
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
    const answer = new URL(request.originalUrl, web).searchParams;
    const connected = await connector.finish(answer, stateIn(request));
    response.clearCookie(cookie, { path: '/watch' });
    if ('problem' in connected) return show(response, connected.problem);
    const { purpose, tokens } = connected;
    await ('tag' in purpose ? watcher.start(purpose.tag, tokens) : watcher.reconnect(purpose.id, tokens));
    response.redirect(303, '/watch');
  });
  const acts: Record<string, (request: Request) => Promise<unknown>> = {
    stop: (request) => watcher.stop(fieldOf(request, 'id')),
    account: (request) => disableAda(overlay, fieldOf(request, 'to') === 'disabled'),
    permission: (request) => allowFeed(overlay, fieldOf(request, 'to') === 'allowed'),
    time: (request) => issuerClock.advance(Number(fieldOf(request, 'seconds'))),
  };
  for (const [path, act] of Object.entries(acts))
    router.post(`/watch/${path}`, async (request, response) => {
      await act(request);
      response.redirect(303, '/watch');
    });
  const close = async () => {
    await watcher.close();
    check.verifier.close();
  };
  return { routes: router, close };
}

interface FeedPlace {
  feed: Feed;
  check: Check;
  clock: FollowedClock;
}

type Check = ReturnType<typeof auth>;

/** Lets in who has a token for the Lab API. What ended is refused within a second; then the worker asks the issuer, and is told why. */
function feedCheck(issuer: string, clock: FollowedClock): Check {
  return auth({
    issuerBaseURL: issuer,
    audience: labApi,
    now: clock.nowMs,
    revocations: { clientId: webClient.id, clientSecret: webClient.secret },
  });
}

/** The feed: everybody may post in the Lab; to read it takes a token with `read:feed`. */
function feedRoutes(router: Router, { feed, check, clock }: FeedPlace): void {
  router.get('/watch/feed', check, requiredScopes('read:feed'), ({ query }, response) => {
    response.json({ items: feed.read(tagIn(query['tag']) ?? '', Number(query['after']) || 0) });
  });
  router.post('/watch/post', (request, response) => {
    const tag = tagIn(fieldOf(request, 'tag'));
    const text = fieldOf(request, 'text').trim().slice(0, 200);
    if (tag !== undefined && text !== '') feed.post({ atMs: clock.nowMs(), tag, text });
    response.redirect(303, '/watch');
  });
}

function fieldOf({ body }: Request, name: string): string {
  const value: unknown = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

function stateIn({ headers }: Request): string | undefined {
  return new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
}
