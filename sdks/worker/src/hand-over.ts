import { pauseMs } from '@ostiary/session';
import { base64url } from './base64url.ts';
import { nodeEnvironment, passing } from './environment.ts';
import type { Environment } from './environment.ts';
import { GrantError } from './grant-error.ts';
import type { HandedTokens } from './handed-tokens.ts';
import { checkSafe } from './safe-url.ts';
import { createSealer } from './sealing.ts';
import type { Sealer, SealingKey } from './sealing.ts';
import type { GrantWorker } from './worker.ts';

/** What goes from a web app to a worker in another process, sealed. */
interface HandOver {
  id: string;
  subject?: string | undefined;
  tokens: HandedTokens;
  /** The sender's clock, in milliseconds. */
  sentAtMs: number;
}

export interface SendOptions {
  /** Keys that both sides have, for hand-overs alone. */
  keys: readonly SealingKey[];
  /** Of the grant that lives again. */
  id?: string;
  /** Whose it is, where the tokens do not say. */
  subject?: string;
}

const about = 'hand-over';
const tries = 3;
const timeoutMs = 10_000;
/** Older messages are refused; so far may the clocks of the two machines differ. */
const toleranceMs = 300_000;
const longestBody = 65_536;

/**
 * Hands tokens to the worker behind `receiveGrants` and gives the grant's id. What is lost on the way is sent again; arriving
 * twice does no harm. Throws `GrantError`; `misconfigured` for an address that is neither https nor loopback.
 */
export async function sendGrant(
  url: string,
  tokens: HandedTokens,
  { keys, id, subject }: SendOptions,
  environment: Environment = nodeEnvironment(),
): Promise<string> {
  checkSafe(url);
  const sealer = createSealer(keys, environment.random);
  const grantId = id ?? `grt_${base64url(environment.random(16))}`;
  for (let failures = 1; ; failures += 1) {
    const message: HandOver = { id: grantId, subject, tokens: plain(tokens), sentAtMs: environment.wallMs() };
    const body = sealer.seal(JSON.stringify(message), about);
    const init = { method: 'POST', body, redirect: 'error', signal: environment.timeout(timeoutMs) } as const;
    const response = await environment.fetch(url, init).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return grantId;
    if (response !== undefined && response.status < 500)
      throw new GrantError('misconfigured', `${url} refused the hand-over (${response.status})`);
    if (failures === tries) throw new GrantError('try_later', `${url} does not answer`);
    await passing(environment, pauseMs(failures, environment.draw()));
  }
}

/**
 * The other end, as a Fetch-style handler to mount at one path. It takes what was sealed with a key of both sides a moment ago,
 * and says nothing to others.
 */
export function receiveGrants(
  worker: Pick<GrantWorker, 'keep'>,
  { keys }: Pick<SendOptions, 'keys'>,
  environment: Environment = nodeEnvironment(),
): (request: Request) => Promise<Response> {
  const sealer = createSealer(keys, environment.random);
  return async (request) => {
    if (request.method !== 'POST') return refusal(405, 'invalid_request', 'POST a sealed grant');
    const body = await textOf(request);
    if (body === undefined) return refusal(413, 'invalid_request', 'too large for a grant');
    const message = messageIn(sealer, body);
    if (message === undefined || Math.abs(environment.wallMs() - message.sentAtMs) > toleranceMs)
      return refusal(401, 'access_denied', 'not sealed with a key of this worker, or too long ago');
    const { id, subject, tokens, sentAtMs } = message;
    try {
      await worker.keep(tokens, { id, subject, obtainedAtMs: sentAtMs });
    } catch (fault) {
      if (!(fault instanceof GrantError)) throw fault;
      return refusal(400, 'invalid_request', fault.message);
    }
    return Response.json({ id });
  };
}

/** The fields alone: what web apps hold may have methods, and things that no worker needs. */
function plain({ access_token, refresh_token, token_type, id_token, scope, ...rest }: HandedTokens): HandedTokens {
  const { expires_at, expires_in, refresh_token_expires_in, authorization_expires_in } = rest;
  const lifetimes = { expires_at, expires_in, refresh_token_expires_in, authorization_expires_in };
  return { access_token, refresh_token, token_type, id_token, scope, ...lifetimes };
}

/** `undefined` when no key of this side opens it. */
function messageIn(sealer: Sealer, body: string): HandOver | undefined {
  try {
    return JSON.parse(sealer.open(body, about)) as HandOver;
  } catch {
    return undefined;
  }
}

/** `undefined` when it is longer than a grant can be. */
async function textOf(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function refusal(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status, headers: { 'cache-control': 'no-store' } });
}
