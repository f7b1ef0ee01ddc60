import {
  authenticateClient,
  type AuthenticatedClient,
  type Parameters,
  readParameters,
  type Refusal,
} from '@ostiary/service';
import type { Context } from 'hono';
import { readClientCredentials } from './client-credentials.ts';
import type { Bindings, HttpContext, Peer } from './context.ts';
import { readForm } from './form.ts';

/** A request from a client's back channel, after its form was parsed once and its client authenticated. */
export interface ClientCall {
  parameters: Parameters;
  client: AuthenticatedClient;
  address: string;
  correlationId: string;
  hasLeft?: Peer['hasLeft'];
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

/** Shared way in of the token, revocation and introspection endpoints. */
export async function readClientCall(
  c: Context<Bindings>,
  { service }: HttpContext,
): Promise<{ ok: true; call: ClientCall } | { ok: false; refusal: Refusal }> {
  // OAuth 2.1 section 3.2: credentials MUST NOT be in the request URI.
  const { url } = c.req.raw;
  if (url.includes('?')) {
    const query = new URL(url).searchParams;
    const leaked = neverInQuery.find((name) => query.has(name));
    if (leaked !== undefined) return { ok: false, refusal: { reason: 'parameter_malformed', parameter: leaked } };
  }
  const form = await readForm(c.req.raw, maxBytes);
  if (!form.ok) return form;
  const read = readParameters(form.pairs);
  if (!read.ok) return read;
  const credentials = readClientCredentials(c.req.header('authorization'), read.value);
  if (!credentials.ok) return credentials;
  const { address, hasLeft } = c.env.peer;
  const authentication = await authenticateClient(service, credentials.credentials, address);
  if (!authentication.ok) return authentication;
  const { correlationId } = c.env;
  return { ok: true, call: { parameters: read.value, client: authentication.client, address, correlationId, hasLeft } };
}
