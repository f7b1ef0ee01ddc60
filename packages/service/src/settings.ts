import type { SessionPolicy } from '@ostiary/protocol';
import type { ApiMetadata, ClientMetadata, Digest } from '@ostiary/wire';

/** A client as the service needs it: its registration, and the SHA-256 of its secret where it has one. */
export interface RegisteredClient {
  metadata: ClientMetadata;
  secretHash?: Digest;
}

/** An API as the service needs it: its registration, and the SHA-256 of its secret where it has one. */
export interface RegisteredApi extends ApiMetadata {
  secretHash?: Digest;
}

/** A user of the configuration: created at start unless the username is taken; the password applies at creation only. */
export interface SeedUser {
  username: string;
  password: string;
  claims: Record<string, unknown>;
}

/** What the configuration says, checked and complete. */
export interface Settings {
  /** Issuer identifier: absolute URL without trailing slash, query or fragment; may have a path. */
  issuer: string;
  session: SessionPolicy;
  apis: RegisteredApi[];
  clients: RegisteredClient[];
  users: SeedUser[];
  /** Test clock, silent consent on loopback; only with a loopback issuer. */
  isDevelopment: boolean;
  /** Whether every DPoP proof of a token request needs a nonce of ours, or only one whose time is in doubt. Default `required`. */
  dpopNonce?: 'required' | 'optional';
}
