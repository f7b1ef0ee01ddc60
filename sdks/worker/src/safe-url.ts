import { GrantError } from './grant-error.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Tokens and secrets travel over TLS or stay on this machine. Throws `misconfigured` for every other address. */
export function checkSafe(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const isSafe = protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname ?? ''));
  if (!isSafe) throw new GrantError('misconfigured', `${url}: tokens go over https, or over http to loopback`);
}
