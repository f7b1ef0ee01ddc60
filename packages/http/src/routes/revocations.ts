import { admitReader, followRevocations, pollRevocations, type FeedReader, type SentBatch } from '@ostiary/service';
import { readParameters, type Refusal } from '@ostiary/service';
import { revocationEventName, type RevocationAnswer } from '@ostiary/wire';
import type { Context, Hono } from 'hono';
import { answer, jsonAnswer, oauthErrorAnswer } from '../answers.ts';
import { readClientCredentials } from '../client-credentials.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { eventStream } from '../event-stream.ts';

/** The feed of revocations, for APIs: as server-sent events, or a batch at a time. */
export function revocationFeedRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.get('/revocations', async (c) => {
    const read = await readFeedCall(c, context);
    if (!read.ok) return oauthErrorAnswer(c, read.refusal);
    // HEAD comes here too, and would open a stream that nobody reads.
    const isGet = c.req.raw.method === 'GET';
    const wantsStream = isGet && c.req.header('accept')?.includes('text/event-stream') === true;
    return wantsStream ? stream(c, context, read.reader) : oneBatch(c, context, read.since);
  });
}

type FeedCall = { ok: true; reader: FeedReader; since: string | undefined } | { ok: false; refusal: Refusal };

async function readFeedCall(c: Context<Bindings>, { service }: HttpContext): Promise<FeedCall> {
  const query = readParameters([...new URL(c.req.url).searchParams]);
  if (!query.ok) return query;
  // OAuth 2.1 section 3.2: credentials MUST NOT be in the request URI. Nothing else belongs there.
  const odd = [...query.value.single.keys()].find((name) => name !== 'since');
  if (odd !== undefined) return { ok: false, refusal: { reason: 'parameter_malformed', parameter: odd } };
  const credentials = readClientCredentials(c.req.header('authorization'), query.value);
  if (!credentials.ok) return credentials;
  const { correlationId, peer } = c.env;
  const admission = await admitReader(service, credentials.credentials, { address: peer.address, correlationId });
  if (!admission.ok) return admission;
  return { ok: true, reader: admission.value, since: query.value.single.get('since') };
}

/** @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream HTML Living Standard 9.2.5} */
async function stream(c: Context<Bindings>, { service }: HttpContext, reader: FeedReader): Promise<Response> {
  const events = eventStream<SentBatch>(
    ({ id, batch }) => ({ id, event: revocationEventName, data: batch }),
    c.env.peer.cutOff,
  );
  const lastId = c.req.header('last-event-id');
  const following = await followRevocations(service, reader, {
    send: events.send,
    end: events.end,
    correlationId: c.env.correlationId,
    ...(lastId !== undefined && { lastId }),
  });
  if (!following.ok) return oauthErrorAnswer(c, following.refusal);
  events.whenLeft(following.value.leave);
  return answer(c, events.body, 200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // Proxies that gather answers before they pass them on let this one through.
    'X-Accel-Buffering': 'no',
  });
}

async function oneBatch(c: Context<Bindings>, { service }: HttpContext, since: string | undefined): Promise<Response> {
  const polled = await pollRevocations(service, since, c.env.correlationId);
  if (!polled.ok) return oauthErrorAnswer(c, polled.refusal);
  const { id, batch } = polled.value;
  return jsonAnswer(c, { batch, next: id } satisfies RevocationAnswer);
}
