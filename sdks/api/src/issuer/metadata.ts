import type { Environment } from '../environment.ts';
import { fetchJson } from '../fetch-json.ts';

/** What of the issuer's metadata an API needs ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)). */
export interface IssuerMetadata {
  /** As it stands in tokens. */
  issuer: string;
  jwksUri: string;
  introspectionEndpoint?: string | undefined;
  revocationFeedEndpoint?: string | undefined;
}

export type MetadataResult = { ok: true; value: IssuerMetadata } | { ok: false; why: string };

interface MetadataSettings {
  issuerBaseURL: string;
  /** In place of discovery. */
  jwksUri?: string | undefined;
  timeoutMs: number;
  mayUseHttp: boolean;
}

const freshMs = 3_600_000;
const pauseMs = 1_000;
const maxBytes = 262_144;

/**
 * Reads the metadata when it is first needed and once an hour after that, and after a failure not again for a second. Callers who
 * come meanwhile wait for the same reading.
 */
export function metadataReader(environment: Environment, settings: MetadataSettings): () => Promise<MetadataResult> {
  if (settings.jwksUri !== undefined) {
    const value = { issuer: settings.issuerBaseURL, jwksUri: settings.jwksUri };
    return () => Promise.resolve({ ok: true, value });
  }
  let reading: Promise<MetadataResult> | undefined;
  let last: { result: MetadataResult; untilMs: number } | undefined;
  const readAgain = async (): Promise<MetadataResult> => {
    const result = await read(environment, settings);
    reading = undefined;
    // What it said an hour ago is better than nothing.
    const kept = result.ok || !last?.result.ok ? result : last.result;
    last = { result: kept, untilMs: environment.monotonicMs() + (result.ok ? freshMs : pauseMs) };
    return kept;
  };
  return () => {
    if (last !== undefined && environment.monotonicMs() < last.untilMs) return Promise.resolve(last.result);
    return (reading ??= readAgain());
  };
}

async function read(environment: Environment, settings: MetadataSettings): Promise<MetadataResult> {
  const { issuerBaseURL, timeoutMs } = settings;
  const url = `${issuerBaseURL.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const fetched = await fetchJson(
    environment,
    url,
    { headers: { Accept: 'application/json' } },
    { timeoutMs, maxBytes },
  );
  return fetched.ok ? metadataIn(fetched.value, url, settings) : fetched;
}

/**
 * The issuer in the document must be the one that was asked; that some issuers end in a slash is no difference.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3.3 RFC 8414 section 3.3}
 */
function metadataIn(document: Record<string, unknown>, url: string, settings: MetadataSettings): MetadataResult {
  const { issuer, jwks_uri: jwksUri } = document;
  if (typeof issuer !== 'string' || withoutSlash(issuer) !== withoutSlash(settings.issuerBaseURL))
    return { ok: false, why: `${url} is not of this issuer` };
  const [introspectionEndpoint, revocationFeedEndpoint] = [
    document['introspection_endpoint'],
    document['revocation_feed_endpoint'],
  ];
  for (const address of [jwksUri, introspectionEndpoint, revocationFeedEndpoint]) {
    const isRight = typeof address === 'string' && isSafeAddress(address, settings.mayUseHttp);
    if (!isRight && address !== undefined) return { ok: false, why: `${url} names an address that is not https` };
  }
  if (typeof jwksUri !== 'string') return { ok: false, why: `${url} names no jwks_uri` };
  return {
    ok: true,
    value: {
      issuer,
      jwksUri,
      introspectionEndpoint: typeof introspectionEndpoint === 'string' ? introspectionEndpoint : undefined,
      revocationFeedEndpoint: typeof revocationFeedEndpoint === 'string' ? revocationFeedEndpoint : undefined,
    },
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}

/** https, or this machine. */
export function isSafeAddress(address: string, mayUseHttp: boolean): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (mayUseHttp || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}
