import { isLoopbackHost, isLoopbackIssuer } from '../loopback.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { HouseConfig } from '../schema.ts';
import { checkIssuer } from './issuer.ts';
import { checkTrustedProxies } from './trusted-proxies.ts';

/** What concerns the server as a whole. */
export function checkHouse({ issuer, trustedProxies = [], theme }: HouseConfig, isDevelopment: boolean): Problem[] {
  return [
    ...checkIssuer(issuer),
    ...(isDevelopment && !isLoopbackIssuer(issuer)
      ? [error('issuer', 'development mode is for localhost, 127.0.0.1 and [::1] only; start without --development')]
      : []),
    ...checkTrustedProxies(trustedProxies),
    ...(theme?.logoUrl === undefined || isLogo(theme.logoUrl)
      ? []
      : [error('theme.logoUrl', 'must be an https address, or a path of this server that begins with one slash')]),
  ];
}

function isLogo(logoUrl: string): boolean {
  if (/^\/(?![/\\])/.test(logoUrl)) return true;
  if (!URL.canParse(logoUrl)) return false;
  const { protocol, hostname } = new URL(logoUrl);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
