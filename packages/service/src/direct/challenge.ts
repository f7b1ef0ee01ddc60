import type { AuthorizationRequest } from '@ostiary/model';
import { draft, needsWebPage, parseChallengeRequest, type Parameters, type Refusal } from '@ostiary/protocol';
import type { ClientMetadata, Digest } from '@ostiary/wire';
import type { AuthenticatedClient } from '../client-authentication.ts';
import type { ProvenKey } from '../dpop/proof.ts';
import { carryOut } from '../settle.ts';
import type { Service } from '../service.ts';
import { signInAt } from '../sign-in.ts';
import { findAuthSession, newAuthSession, type AuthSessionHolder } from './auth-session.ts';
import { issueDirectCode } from './authorize.ts';
import { readDeviceName } from './device.ts';
import { standsInService } from './in-service.ts';
import { noted, refusalOfSignIn } from './refusal.ts';

/** An authorization challenge request whose client is authenticated. */
export interface ChallengeCall {
  parameters: Parameters;
  client: AuthenticatedClient;
  proven: ProvenKey | undefined;
  address: string;
  userAgent: string;
  correlationId: string;
}

/** A code, or what is missing; `authSession` is to be sent with the next request. */
export type ChallengeAnswer = { ok: true; code: string } | { ok: false; refusal: Refusal; authSession?: string };

/** Clients that run outside browsers and hold a key of their own. */
export function isInstalledApp({ type }: ClientMetadata): boolean {
  return type === 'native' || type === 'device';
}

/**
 * The authorization challenge endpoint: an installed app of the house shows name and password, and proves the key that all its
 * tokens will be bound to; the answer is a code for the token endpoint.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-5 draft-ietf-oauth-first-party-apps-04 section 5}
 */
export async function answerChallenge(service: Service, call: ChallengeCall): Promise<ChallengeAnswer> {
  return noted(service, call, await challenged(service, call));
}

async function challenged(service: Service, call: ChallengeCall): Promise<ChallengeAnswer> {
  const { client, proven, correlationId } = call;
  const { metadata } = client;
  if (metadata.directSignIn !== true || !isInstalledApp(metadata)) return turnedDown('direct_sign_in_not_allowed');
  if (proven === undefined) return turnedDown('proof_required');
  const stands = await standsInService(service, client, { correlationId, proofOnce: proven.once });
  if (!stands.ok) return stands;
  const asked = await readAsked(service, call, proven);
  if (!asked.ok) return asked;
  if (needsWebPage(asked.request)) return turnedDown('web_page_needed');
  return signInFor(service, asked, call, proven);
}

/** What the app asks for, and the digest of the `auth_session` that says so, where one does. */
interface Asked {
  request: AuthorizationRequest;
  authSession?: Digest;
}

async function readAsked(
  service: Service,
  { parameters, client: { metadata } }: ChallengeCall,
  { jkt }: ProvenKey,
): Promise<({ ok: true } & Asked) | { ok: false; refusal: Refusal }> {
  const secret = parameters.single.get('auth_session');
  if (secret === undefined) {
    const parsed = parseChallengeRequest(parameters, { client: metadata, catalogue: service.catalogue, jkt });
    return parsed.ok ? { ok: true, request: parsed.value } : parsed;
  }
  const found = await findAuthSession(service, secret, { clientId: metadata.client_id, jkt });
  if (found === undefined) return turnedDown('auth_session_invalid');
  return { ok: true, request: found.request, authSession: found.hash };
}

async function signInFor(
  service: Service,
  { request, authSession }: Asked,
  { parameters: { single }, client: { metadata }, address, userAgent, correlationId }: ChallengeCall,
  { jkt }: ProvenKey,
): Promise<ChallengeAnswer> {
  const [username, password] = [single.get('username'), single.get('password')];
  const name = readDeviceName(single.get('device_name'));
  if (!name.ok) return name;
  if (username === undefined || password === undefined) {
    const holder = { clientId: metadata.client_id, jkt };
    return askForCredentials(service, { request, authSession: single.get('auth_session') }, holder, correlationId);
  }
  const mark = { kind: 'device-key' as const, parts: [jkt] };
  const place = { mark, userAgent, deviceName: name.value, appName: metadata.client_name, address, correlationId };
  const signedIn = await signInAt(service, { username, password }, place);
  if (signedIn.kind !== 'signed_in') return { ok: false, refusal: refusalOfSignIn(signedIn) };
  const { sessionId } = signedIn;
  const issued = await issueDirectCode(service, { request, sessionId, authSession, correlationId });
  return issued.ok ? { ok: true, code: issued.value } : issued;
}

/** Keeps what was asked for, so that the next request needs to bring no more than the credentials. */
async function askForCredentials(
  service: Service,
  { request, authSession }: { request: AuthorizationRequest; authSession: string | undefined },
  holder: AuthSessionHolder,
  correlationId: string,
): Promise<ChallengeAnswer> {
  const refusal: Refusal = { reason: 'credentials_missing' };
  if (authSession !== undefined) return { ok: false, refusal, authSession };
  const secret = service.draw.secret();
  const row = newAuthSession(service, request, secret, holder);
  const kept = await carryOut(service, draft({ inserts: [{ kind: 'interaction', row }] }), correlationId);
  return kept.ok ? { ok: false, refusal, authSession: secret } : kept;
}

function turnedDown(reason: Refusal['reason']): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason } };
}
