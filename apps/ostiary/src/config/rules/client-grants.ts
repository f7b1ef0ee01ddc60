import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/** The name of the client, and grants that fit its type. */
export function checkClientGrants(client: ConfiguredClient): Problem[] {
  const { at, metadata } = client;
  const path = `${at}.grant_types`;
  const grants = metadata.grant_types;
  const others = grants.filter((grant) => grant !== 'client_credentials');
  return [
    // RFC 6749 appendix A.1: visible ASCII.
    ...(/^[\x20-\x7e]+$/.test(metadata.client_id)
      ? []
      : [error(`${at}.client_id`, 'must be plain ASCII; use letters, digits and dashes')]),
    ...(grants.length === 0 && !metadata.response_types.includes('id_token')
      ? [error(path, 'is empty; remove it, the default of the type will do')]
      : []),
    // RFC 6749 section 4.4: confidential clients only.
    ...(isPublic(client) && grants.includes('client_credentials')
      ? [error(path, 'client_credentials is for confidential clients only; remove it')]
      : []),
    ...(metadata.type === 'service' && others.length > 0
      ? [error(path, `a service acts for itself, with client_credentials only; remove ${others.join(' and ')}`)]
      : []),
    ...(grants.includes('refresh_token') && !grants.includes('authorization_code')
      ? [error(path, 'refresh_token comes from authorization_code; add that, or remove refresh_token')]
      : []),
  ];
}
