import type { User } from '@ostiary/model';
import { customClaimsFlaw, directRequest, type Refusal } from '@ostiary/protocol';
import type { ClientMetadata, DirectAnswer, UserId } from '@ostiary/wire';
import { ownClient } from '../client-authentication.ts';
import { normalUsername } from '../seed.ts';
import type { Service } from '../service.ts';
import type { Answer } from '../settle.ts';
import { startSession, type SignInPlace } from '../sign-in.ts';
import { answerTokenRequest } from '../token.ts';
import { directAnswer } from './answer.ts';
import { issueDirectCode } from './authorize.ts';
import { refusalOfSignIn } from './refusal.ts';

/** Whom tokens are for, by id or by name, and what the back end adds to them. */
export interface TokenOrder {
  user: { id: UserId } | { username: string };
  clientId: string;
  claims: Record<string, unknown>;
  /** Left out: all that the client may have. */
  scope?: string | undefined;
  resources: readonly string[];
  /** Left out: the back end counts as one device of the user. */
  device?: { id: string; name?: string | undefined } | undefined;
}

/** Somebody else than this server has authenticated the user: it says so in the tokens. */
const vouchedFor = { acr: '0', amr: [] };

/**
 * Tokens for a user whom the back end in this very process has authenticated: the way of every grant, from a session to a family,
 * with its plan and its audit events.
 */
export async function generateTokens(service: Service, order: TokenOrder): Promise<Answer<DirectAnswer>> {
  const metadata = service.clients.get(order.clientId)?.metadata;
  if (metadata === undefined) return refusal('client_unknown');
  if (metadata.generateTokens === undefined) return refusal('generate_tokens_not_allowed');
  const flaw = customClaimsFlaw(order.claims, metadata.generateTokens.claims);
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  const request = directRequest(order, metadata, service.catalogue);
  if (!request.ok) return request;
  const user = await findUser(service, order.user);
  if (user === undefined || user.isDisabled) return refusal('user_unknown');
  const place = placeOf(service, order, metadata);
  const session = await startSession(service, user, { authentication: vouchedFor }, place);
  if (session.kind !== 'signed_in') return { ok: false, refusal: refusalOfSignIn(session) };
  const { sessionId } = session;
  const { correlationId, address } = place;
  const extras = Object.keys(order.claims).length === 0 ? {} : { claims: order.claims };
  const code = await issueDirectCode(service, {
    request: request.value,
    sessionId,
    extras,
    isUserAbsent: true,
    correlationId,
  });
  if (!code.ok) return code;
  const exchange = { grantType: 'authorization_code' as const, code: code.value, resources: [] };
  const call = { client: ownClient(metadata), address, correlationId };
  const tokens = await answerTokenRequest(service, exchange, call);
  return tokens.ok ? { ok: true, value: directAnswer(tokens.value) } : tokens;
}

function findUser({ store }: Service, user: TokenOrder['user']): Promise<User | undefined> {
  return 'id' in user ? store.users.find(user.id) : store.users.findByUsername(normalUsername(user.username));
}

function placeOf(
  { draw }: Service,
  { device }: TokenOrder,
  { client_id: clientId, client_name }: ClientMetadata,
): SignInPlace {
  return {
    mark: { kind: 'device-name', parts: [clientId, device?.id ?? ''] },
    deviceName: device?.name,
    appName: client_name,
    userAgent: '',
    address: '',
    correlationId: draw.handle(),
  };
}

function refusal(reason: Refusal['reason']): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason } };
}
