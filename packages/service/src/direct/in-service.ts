import type { Consumption } from '@ostiary/model';
import { granted, refused } from '@ostiary/protocol';
import { isInService, type AuthenticatedClient } from '../client-authentication.ts';
import type { Service } from '../service.ts';
import { settle, type Answer } from '../settle.ts';

/**
 * Before a password is looked at: assertion and proof are good for one try, and a client that another node took out of service
 * must not learn whether a password is right.
 */
export function standsInService(
  service: Service,
  client: AuthenticatedClient,
  { correlationId, proofOnce }: { correlationId: string; proofOnce?: Consumption },
): Promise<Answer<undefined>> {
  return settle(service, { correlationId, once: client.once, proofOnce }, async () =>
    (await isInService(service, client)) ? granted(undefined) : refused({ reason: 'client_disabled' }),
  );
}
