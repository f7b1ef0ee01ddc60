import type { Refusal } from '@ostiary/protocol';
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
