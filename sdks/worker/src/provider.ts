import type { Environment } from './environment.ts';
import { GrantError } from './grant-error.ts';
import { checkSafe } from './safe-url.ts';
import type { ServerTime } from './server-time.ts';

/** What the worker needs of an issuer's metadata ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)). */
export interface Provider {
  issuer: string;
  token_endpoint: string;
  revocation_endpoint?: string;
}

/** Reads the metadata once, and the issuer's time with it; a reading that failed is tried again by the next caller. */
export function discovery(environment: Environment, time: ServerTime, issuer: string): () => Promise<Provider> {
  let reading: Promise<Provider> | undefined;
  return () =>
    (reading ??= read(environment, time, issuer).catch((fault: unknown) => {
      reading = undefined;
      throw fault;
    }));
}

async function read(environment: Environment, time: ServerTime, issuer: string): Promise<Provider> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const sentAtWallMs = time.begin();
  const response = await environment.fetch(url, { signal: environment.timeout(10_000) }).catch(() => undefined);
  const provider = (await response?.json().catch(() => undefined)) as Partial<Provider> | undefined;
  if (!response?.ok || provider === undefined) throw new GrantError('try_later', `${url} does not answer`);
  if (provider.issuer !== issuer) throw new GrantError('misconfigured', `${url} names another issuer`);
  if (provider.token_endpoint === undefined) throw new GrantError('misconfigured', `${url} has no token_endpoint`);
  for (const each of [provider.token_endpoint, provider.revocation_endpoint]) if (each !== undefined) checkSafe(each);
  time.learn(Date.parse(response.headers.get('date') ?? ''), sentAtWallMs());
  return provider as Provider;
}
