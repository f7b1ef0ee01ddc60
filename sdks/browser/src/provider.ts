import type { Environment } from './environment.ts';
import { SessionError } from './session-error.ts';

/** What the SDK needs of a provider's metadata ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)). */
export interface Provider {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint?: string;
  end_session_endpoint?: string;
  authorization_response_iss_parameter_supported?: boolean;
}

/** Reads the metadata once; a reading that failed is tried again by the next caller. */
export function discovery(environment: Environment, issuer: string): () => Promise<Provider> {
  let reading: Promise<Provider> | undefined;
  return () =>
    (reading ??= read(environment, issuer).catch((fault: unknown) => {
      reading = undefined;
      throw fault;
    }));
}

async function read(environment: Environment, issuer: string): Promise<Provider> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await environment.fetch(url, { signal: environment.timeout(10_000) }).catch(() => undefined);
  const provider = (await response?.json().catch(() => undefined)) as Partial<Provider> | undefined;
  if (response === undefined || response.status >= 500 || provider === undefined)
    throw new SessionError('try_later', url);
  if (provider.issuer !== issuer) throw new SessionError('misconfigured', `${url}: issuer ${provider.issuer}`);
  return provider as Provider;
}
