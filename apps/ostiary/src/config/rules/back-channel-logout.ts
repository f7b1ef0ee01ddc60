import type { ConfiguredClient } from '../configured-client.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { redirectFaults } from './web-addresses.ts';

/**
 * Where a client is told that a session ended. This server itself calls there, from inside the operator's network.
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration Back-Channel Logout 1.0 section 2.2}
 */
export function checkBackChannelLogout({ at, metadata }: ConfiguredClient, isDevelopment: boolean): Problem[] {
  const path = `${at}.backchannel_logout_uri`;
  const { backchannel_logout_uri: uri, backchannel_logout_session_required: isRequired, type } = metadata;
  if (uri === undefined) {
    const message = 'is for clients with a backchannel_logout_uri; add that, or remove it';
    return isRequired === true ? [error(`${at}.backchannel_logout_session_required`, message)] : [];
  }
  if (type === 'service') return [error(path, 'a service has no sessions that could end; remove it')];
  const faults = redirectFaults(uri, 'web');
  const isPlain = faults.length === 0 && uri.startsWith('http:') && !isDevelopment;
  return [...faults, ...(isPlain ? ['must begin with https:// outside development'] : [])].map((fault) =>
    error(path, fault),
  );
}
