import {
  decideStatelessRefresh,
  refused,
  type Decision,
  type StatelessFacts,
  type StatelessToken,
  type TokenGrant,
} from '@ostiary/protocol';
import { consentState } from '@ostiary/storage';
import type { AuthenticatedClient } from './client-authentication.ts';
import type { ProvenKey } from './dpop/proof.ts';
import type { DeviceMark } from './browser.ts';
import type { Service } from './service.ts';
import { fitOf } from './device-fit.ts';
import { recogniseStateless } from './stateless-token.ts';

/** A refresh request, as far as this kind of token looks at it. */
export interface StatelessRequest {
  refreshToken: string;
  scope?: string;
  resources: readonly string[];
  device?: DeviceMark;
}

/** A refresh with a stateless token: rows are read, none is written. */
export async function refreshStateless(
  service: Service,
  request: StatelessRequest,
  { client, proven }: { client: AuthenticatedClient; proven: ProvenKey | undefined },
): Promise<Decision<TokenGrant>> {
  const token = await recogniseStateless(service, request.refreshToken);
  if (token === undefined) return refused({ reason: 'token_unknown' });
  const facts = await loadStatelessFacts(service, token);
  if (facts === undefined) return refused({ reason: 'client_disabled' });
  return decideStatelessRefresh(
    {
      facts,
      client: client.metadata,
      isClientAuthenticated: client.isConfidential,
      catalogue: service.catalogue,
      request,
      proofKey: proven?.jkt,
      device: await fitOf(service, request.device, token),
    },
    service.clock.now(),
  );
}

/** The state that a token stands on; nothing when its client is gone. */
export async function loadStatelessFacts(
  { store }: Service,
  token: StatelessToken,
): Promise<StatelessFacts | undefined> {
  const { userId, clientId, id } = token;
  const [isRevoked, user, client, consent] = await Promise.all([
    store.revokedTokens.has(id),
    store.users.find(userId),
    store.clients.find(clientId),
    store.consents.find(userId, clientId),
  ]);
  return client && { token, isRevoked, user, client, consent: consent && consentState(consent) };
}
