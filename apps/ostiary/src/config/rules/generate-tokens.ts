import { isReservedClaim } from '@ostiary/service';
import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { checkBinding } from './direct-sign-in.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/** Tokens without a password are for back ends; the claims that they add are none that others rely on. */
export function checkGenerateTokens(client: ConfiguredClient): Problem[] {
  const { at, metadata } = client;
  if (metadata.generateTokens === undefined) return [];
  const path = `${at}.generateTokens`;
  const isBackEnd = metadata.type === 'web' && !isPublic(client);
  return [
    ...(isBackEnd ? [] : [error(path, 'is for web clients that authenticate; remove it')]),
    ...checkBinding(client, path),
    ...(metadata.grant_types.includes('authorization_code')
      ? []
      : [error(path, 'needs the authorization_code grant; add it to grant_types')]),
    ...metadata.generateTokens.claims.flatMap((name, index) =>
      isReservedClaim(name)
        ? [
            error(
              `${path}.claims[${index}]`,
              `${name} is set by the issuer alone, or has a meaning for all; use another name`,
            ),
          ]
        : [],
    ),
  ];
}
