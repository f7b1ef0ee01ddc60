import type { Settings } from '../settings.ts';
import { WebError } from '../web-error.ts';
import { openKeys } from './keys.ts';
import type { Keys } from './keys.ts';
import { readJson } from './read-json.ts';

/** What this package needs of a provider's metadata ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)). */
export interface Metadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  userinfo_endpoint?: string;
  revocation_endpoint?: string;
  end_session_endpoint?: string;
  authorization_response_iss_parameter_supported?: boolean;
  id_token_signing_alg_values_supported?: string[];
}

/** The provider: read when it is first needed. A reading that failed is tried again by the next caller. */
export interface Provider {
  metadata(): Promise<Metadata>;
  keys: Keys;
}

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

export function openProvider(settings: Settings): Provider {
  let reading: Promise<Metadata> | undefined;
  const metadata = () =>
    (reading ??= readMetadata(settings).catch((fault: unknown) => {
      reading = undefined;
      throw fault;
    }));
  return { metadata, keys: openKeys(settings, async () => (await metadata()).jwks_uri) };
}

async function readMetadata(settings: Settings): Promise<Metadata> {
  const { issuer } = settings;
  const url = `${issuer}/.well-known/openid-configuration`;
  const metadata = (await readJson(settings, url)) as Partial<Metadata>;
  // A provider that names itself otherwise is another one (RFC 8414, section 3.3). A slash at the end is a spelling.
  if (metadata.issuer?.replace(/\/$/, '') !== issuer)
    throw new WebError('misconfigured', `${url} is about another issuer: ${metadata.issuer}`);
  const missing = needed.find((name) => typeof metadata[name] !== 'string');
  if (missing !== undefined) throw new WebError('misconfigured', `${url} lacks ${missing}`);
  return metadata as Metadata;
}
