import {
  authenticateCaller,
  authenticateClient,
  type AuthenticatedCaller,
  type AuthenticatedClient,
  type ClientCredentials,
  type Parameters,
  readParameters,
  type Refusal,
} from '@ostiary/service';
import type { Context } from 'hono';
import { readClientCredentials } from './client-credentials.ts';
import type { Bindings, HttpContext, Peer } from './context.ts';
import { readForm } from './form.ts';
import { readJson } from './json-body.ts';

/** A request from a back channel, after its form was parsed once. */
interface BackChannelCall {
  parameters: Parameters;
  address: string;
  correlationId: string;
  hasLeft?: Peer['hasLeft'];
}

interface Credentials {
  credentials: ClientCredentials;
}

/** One whose client was authenticated. */
export interface ClientCall extends BackChannelCall {
  client: AuthenticatedClient;
}

/** One whose client or API was authenticated. */
export interface CallerCall extends BackChannelCall {
  caller: AuthenticatedCaller;
}

const maxBytes = 16_384;
const neverInQuery = [
  'client_id',
  'client_secret',
  'client_assertion',
  'code',
  'refresh_token',
  'code_verifier',
  'token',
  'grant_type',
  'username',
  'password',
  'auth_session',
];

type Reading<Call> = { ok: true; call: Call } | { ok: false; refusal: Refusal };

/** Shared way in of the token and revocation endpoints. */
export async function readClientCall(c: Context<Bindings>, { service }: HttpContext): Promise<Reading<ClientCall>> {
  const read = await readCredentials(c);
  if (!read.ok) return read;
  const { credentials, ...call } = read.call;
  const authentication = await authenticateClient(service, credentials, call.address);
  return authentication.ok ? { ok: true, call: { ...call, client: authentication.client } } : authentication;
}

/** The same for calls whose parameters are the members of a JSON object. */
export async function readJsonCall(c: Context<Bindings>, { service }: HttpContext): Promise<Reading<ClientCall>> {
  const leaked = leakedInQuery(c);
  if (leaked !== undefined) return { ok: false, refusal: leaked };
  const json = await readJson(c.req.raw, maxBytes);
  if (!json.ok) return json;
  const read = credentialsIn(c, json.pairs);
  if (!read.ok) return read;
  const { credentials, ...call } = read.call;
  const authentication = await authenticateClient(service, credentials, call.address);
  return authentication.ok ? { ok: true, call: { ...call, client: authentication.client } } : authentication;
}

/** Way in of the introspection endpoint, which answers APIs as well. */
export async function readCallerCall(c: Context<Bindings>, { service }: HttpContext): Promise<Reading<CallerCall>> {
  const read = await readCredentials(c);
  if (!read.ok) return read;
  const { credentials, ...call } = read.call;
  const authentication = await authenticateCaller(service, credentials, call.address);
  return authentication.ok ? { ok: true, call: { ...call, caller: authentication.caller } } : authentication;
}

async function readCredentials(c: Context<Bindings>): Promise<Reading<BackChannelCall & Credentials>> {
  const leaked = leakedInQuery(c);
  if (leaked !== undefined) return { ok: false, refusal: leaked };
  const form = await readForm(c.req.raw, maxBytes);
  return form.ok ? credentialsIn(c, form.pairs) : form;
}

/** OAuth 2.1 section 3.2: credentials MUST NOT be in the request URI, where logs and histories would keep them. */
function leakedInQuery(c: Context<Bindings>): Refusal | undefined {
  const { url } = c.req.raw;
  if (!url.includes('?')) return undefined;
  const query = new URL(url).searchParams;
  const parameter = neverInQuery.find((name) => query.has(name));
  return parameter === undefined ? undefined : { reason: 'parameter_malformed', parameter };
}

function credentialsIn(
  c: Context<Bindings>,
  pairs: Iterable<[string, string]>,
): Reading<BackChannelCall & Credentials> {
  const read = readParameters(pairs);
  if (!read.ok) return read;
  const credentials = readClientCredentials(c.req.header('authorization'), read.value);
  if (!credentials.ok) return credentials;
  const { address, hasLeft } = c.env.peer;
  const { correlationId } = c.env;
  return {
    ok: true,
    call: { parameters: read.value, credentials: credentials.credentials, address, correlationId, hasLeft },
  };
}
