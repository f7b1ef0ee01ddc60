import type { AuthorizationRequest, Interaction } from '@ostiary/model';
import type { ClientId, Digest } from '@ostiary/wire';
import { digest } from '../digest.ts';
import type { Service } from '../service.ts';

/** Time to type a name and a password. */
const authSessionSeconds = 600;

/** Who may go on with an `auth_session`: the app that began it, by the key that it proved then. */
export interface AuthSessionHolder {
  clientId: ClientId;
  jkt: string;
}

/**
 * Begins an `auth_session` as a page in progress is begun: what is stored is its digest, with the request and who may go on.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-9.6.1 draft-ietf-oauth-first-party-apps-04 section 9.6.1}
 */
export function newAuthSession(
  { clock }: Service,
  request: AuthorizationRequest,
  secret: string,
  holder: AuthSessionHolder,
): Interaction {
  const createdAtMs = clock.now();
  return {
    hash: digest(secret),
    browserHash: holderHash(holder),
    request,
    createdAtMs,
    expiresAtMs: createdAtMs + authSessionSeconds * 1000,
  };
}

/** What is behind an `auth_session`, for its holder and until it led to a code. */
export async function findAuthSession(
  { store, clock }: Service,
  secret: string,
  holder: AuthSessionHolder,
): Promise<Interaction | undefined> {
  const found = await store.interactions.find(digest(secret));
  if (found === undefined || found.isConsumed === true || found.expiresAtMs <= clock.now()) return undefined;
  return found.browserHash === holderHash(holder) ? found : undefined;
}

/** Unlike that of any browser: a page's ticket is no `auth_session`, nor the reverse. */
function holderHash({ clientId, jkt }: AuthSessionHolder): Digest {
  return digest(`auth_session|${jkt}|${clientId}`);
}
