import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { error, warning } from '../problem.ts';
import type { Problem } from '../problem.ts';

/** A refresh token that is its own record is told what that costs, and held to what it can keep. */
export function checkStateless(client: ConfiguredClient): Problem[] {
  const { at, written, metadata } = client;
  const { refresh } = written;
  if (refresh?.stateless !== true) return [];
  const path = (field: string) => `${at}.refresh.${field}`;
  const isBearer = isPublic(client) && metadata.dpop_bound_access_tokens !== true;
  return [
    warning(
      path('stateless'),
      'a single device cannot be signed out before absoluteSeconds are over, and a stolen token is not found out: nothing is stored of it. Disabling the user or the client, and withdrawing the consent, end all of them',
    ),
    ...(isBearer
      ? [error(path('stateless'), 'needs a client that authenticates, or dpop_bound_access_tokens; add one of them')]
      : []),
    ...(refresh.absoluteSeconds === undefined
      ? [error(path('absoluteSeconds'), 'a stateless refresh token needs an end of its own; add one')]
      : []),
    ...(refresh.idleSeconds === undefined
      ? []
      : [error(path('idleSeconds'), 'nobody notes when a stateless refresh token is used; remove it')]),
    ...(refresh.rotation === 'on'
      ? [error(path('rotation'), 'a stateless refresh token does not rotate; remove it')]
      : []),
    ...(refresh.boundTo === 'session'
      ? [error(path('boundTo'), 'a session cannot end a stateless refresh token; remove it')]
      : []),
  ];
}
