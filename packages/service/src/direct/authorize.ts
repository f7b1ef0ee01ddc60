import type { AuthorizationRequest, Grant, Interaction } from '@ostiary/model';
import { decideDirectAuthorization, granted, refused } from '@ostiary/protocol';
import type { Digest, SessionId } from '@ostiary/wire';
import { digest } from '../digest.ts';
import type { Service } from '../service.ts';
import { settle, type Answer } from '../settle.ts';

/** What a sign-in through an app of the house is to be good for. */
export interface DirectAuthorization {
  request: AuthorizationRequest;
  sessionId: SessionId;
  /** Digest of the `auth_session` that led here, which is used up with it. */
  authSession?: Digest | undefined;
  extras?: Pick<Grant, 'claims' | 'needsDevice'>;
  isUserAbsent?: boolean;
  correlationId: string;
}

/** Makes a code for a session that was just started, as the authorization endpoint does after its pages. */
export async function issueDirectCode(service: Service, asked: DirectAuthorization): Promise<Answer<string>> {
  const { store, clients, clock } = service;
  const { request, sessionId, authSession, extras, isUserAbsent } = asked;
  const code = service.draw.secret();
  return settle(service, asked, async () => {
    const [clientState, session, interaction] = await Promise.all([
      store.clients.find(request.clientId),
      store.sessions.find(sessionId),
      authSession === undefined ? undefined : store.interactions.find(authSession),
    ]);
    const client = clients.get(request.clientId)?.metadata;
    if (client === undefined || clientState === undefined) return refused({ reason: 'client_disabled' });
    if (isUsedUp(authSession, interaction)) return refused({ reason: 'auth_session_invalid' });
    if (session === undefined || session.endedAtMs !== undefined) return refused({ reason: 'login_required' });
    const { userId, deviceId } = session;
    const [user, device, consent] = await Promise.all([
      store.users.find(userId),
      store.devices.find(deviceId),
      store.consents.find(userId, request.clientId),
    ]);
    if (user === undefined || device === undefined) return refused({ reason: 'login_required' });
    const ground = { request, interaction, clientState, consent, codeHash: digest(code), extras, isUserAbsent };
    const decision = decideDirectAuthorization({ ...ground, client, user, session, device }, clock.now());
    return decision.kind === 'granted' ? granted(code, decision.plan) : decision;
  });
}

function isUsedUp(authSession: Digest | undefined, interaction: Interaction | undefined): boolean {
  return authSession !== undefined && (interaction === undefined || interaction.isConsumed === true);
}
