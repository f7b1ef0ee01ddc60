import type { AuthorizationCode, Interaction } from '@ostiary/model';
import type { Digest } from '@ostiary/wire';

/** Authorization codes, consumed ones too for a day. Consuming is a verb of `commit`, never find-then-delete. */
export interface Codes {
  find(hash: Digest): Promise<AuthorizationCode | undefined>;
}

/** Pages in progress, consumed ones too until they expire. Consuming is a verb of `commit`. */
export interface Interactions {
  find(hash: Digest): Promise<Interaction | undefined>;
}

/** Access tokens that were taken back before they expired. */
export interface RevokedTokens {
  has(tokenId: string): Promise<boolean>;
}
