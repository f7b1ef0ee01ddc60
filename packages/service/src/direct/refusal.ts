import type { Refusal } from '@ostiary/protocol';
import type { AuthenticatedClient } from '../client-authentication.ts';
import type { Service } from '../service.ts';
import type { SignInResult } from '../sign-in.ts';

/** What an app is told of a sign-in that did not succeed. */
export function refusalOfSignIn(result: Exclude<SignInResult, { kind: 'signed_in' }>): Refusal {
  switch (result.kind) {
    case 'wrong_credentials':
      return { reason: 'credentials_wrong' };
    case 'too_many_attempts':
      return { reason: 'rate_limited', retryAfterSeconds: result.retryAfterSeconds };
    case 'unavailable':
      return { reason: 'storage_unavailable', retryAfterSeconds: 2 };
  }
}

/** Tells the operator why somebody was turned down, as the authorization endpoint does. Gives back what it was given. */
export function noted<Result extends { ok: true } | { ok: false; refusal: Refusal }>(
  { log }: Service,
  { client, correlationId }: { client: AuthenticatedClient; correlationId: string },
  result: Result,
): Result {
  if (result.ok) return result;
  const { reason, parameter } = result.refusal;
  log.info('authorization_refused', { client: client.metadata.client_id, reason, parameter, correlationId });
  return result;
}
