import type { ClientMetadata } from '@ostiary/wire';
import type { ClientConfig } from './define-config.ts';

/** A client as the rules see it: what was written, and what it comes to with the defaults of its type. */
export interface ConfiguredClient {
  /** Path in the file: `clients[0]`. */
  at: string;
  written: ClientConfig;
  metadata: ClientMetadata;
  /** The resolved `client_secret`; absent too when its reference leads nowhere. */
  secret?: string;
}

/** Whether anybody who has the application has all that it authenticates with (RFC 6749 section 2.1). */
export function isPublic({ metadata }: ConfiguredClient): boolean {
  return metadata.token_endpoint_auth_method === 'none';
}
