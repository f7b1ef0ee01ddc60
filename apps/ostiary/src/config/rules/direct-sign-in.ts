import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/**
 * Who may ask for passwords: installed apps, which bind what they get to a key, and back ends, which prove who they are. Never a
 * page in a browser, where any script reads along.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-9.8 draft-ietf-oauth-first-party-apps-04 section 9.8}
 */
export function checkDirectSignIn(client: ConfiguredClient): Problem[] {
  const { at, metadata } = client;
  const path = `${at}.directSignIn`;
  const isBackEnd = metadata.type === 'web' && !isPublic(client);
  return [
    ...(metadata.directSignIn === true ? checkType(client, path) : []),
    ...(metadata.directSignIn === true && !metadata.grant_types.includes('authorization_code')
      ? [error(path, 'needs the authorization_code grant; add it to grant_types')]
      : []),
    ...(metadata.directSignIn === true && isBackEnd ? checkBinding(client, path) : []),
    ...(metadata.believedUserAddress === true && !(metadata.directSignIn === true && isBackEnd)
      ? [error(`${at}.believedUserAddress`, 'is for a web client with directSignIn; remove it')]
      : []),
  ];
}

/** Access tokens that must be bound are refused without a proof, and none comes with calls of the house's own. */
export function checkBinding({ metadata }: ConfiguredClient, path: string): Problem[] {
  if (metadata.dpop_bound_access_tokens !== true) return [];
  const message = 'cannot go with dpop_bound_access_tokens, since these calls bring no proof; remove one of them';
  return [error(path, message)];
}

function checkType(client: ConfiguredClient, path: string): Problem[] {
  const { type } = client.metadata;
  if (type === 'native' || type === 'device') return [];
  if (type !== 'web') {
    return [error(path, `a ${type} must never see a password; remove it (installed apps and back ends may have it)`)];
  }
  return isPublic(client) ? [error(path, 'the back end must authenticate; give it a client_secret or jwks')] : [];
}
