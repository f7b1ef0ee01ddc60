import type { ConfiguredClient } from '../configured-client.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/**
 * What the authorization endpoint may answer with.
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Dynamic Client Registration 1.0 section 2}
 */
export function checkResponseTypes({ at, metadata }: ConfiguredClient): Problem[] {
  const path = `${at}.response_types`;
  const types = metadata.response_types;
  const hasGrant = metadata.grant_types.includes('authorization_code');
  const withCode = types.filter((type) => type !== 'id_token');
  const withIdToken = types.filter((type) => type !== 'code');
  return [
    ...(withCode.length > 0 && !hasGrant
      ? [error(path, `${quoted(withCode)} needs the authorization_code grant; add that, or remove it here`)]
      : []),
    ...(withCode.length === 0 && hasGrant
      ? [error(path, 'has no "code", which the authorization_code grant redeems; add it, or remove the grant')]
      : []),
    // It is sent by form_post, and only a server can read what is posted to it.
    ...(withIdToken.length > 0 && metadata.type !== 'web'
      ? [
          error(
            path,
            `${quoted(withIdToken)} is posted to a server, and so is for clients of type web only; use "code" and PKCE`,
          ),
        ]
      : []),
  ];
}

function quoted(types: readonly string[]): string {
  return types.map((type) => `"${type}"`).join(' and ');
}
