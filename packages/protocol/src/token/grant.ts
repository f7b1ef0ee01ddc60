import type { Family } from '@ostiary/model';
import type { ClientId, DeviceId, FamilyId, SessionId, UserId } from '@ostiary/wire';
import type { Access } from '../access.ts';
import type { RefreshExpiry } from './lifetime.ts';
import type { StatelessToken } from './stateless-token.ts';

/** What the service mints, by symbolic names: never a token string. */
export interface TokenGrant {
  clientId: ClientId;
  /** The user, or the client itself for client_credentials. */
  subject: UserId | ClientId;
  access: Access;
  /** Handles that revocation needs; absent for client_credentials. */
  handles?: Handles;
  refresh?: RefreshGrant;
  /** In place of `refresh`, for clients whose refresh tokens are stored nowhere. */
  stateless?: StatelessRefresh;
  idToken?: IdTokenGrant;
  /** Claims of the client's own, for the access token. */
  customClaims?: Record<string, unknown>;
  /** Thumbprint of the key that was proved with the request: the access token is bound to it (RFC 9449 section 6). */
  proofKey?: string;
}

export interface Handles {
  /** Absent where no session ends the token, nor a device. */
  sessionId?: SessionId;
  deviceId?: DeviceId;
  userEpoch: number;
  authTimeMs: number;
  acr: string;
  familyId?: FamilyId;
}

export interface RefreshGrant {
  /** With the generation that it stood at, unless it is being born. */
  family: Pick<Family, 'id' | 'salt'> & Partial<Pick<Family, 'generation'>>;
  generation: number;
  keyId: number;
  expiry: RefreshExpiry;
}

export interface StatelessRefresh {
  token: StatelessToken;
  /** When it ends by the policy of now. */
  endsAtMs: number;
  /** It is to be made; otherwise the one that was presented goes on. */
  isNew: boolean;
}

export interface IdTokenGrant {
  authTimeMs: number;
  acr: string;
  amr: string[];
  nonce?: string;
  sessionId?: SessionId;
  /** OpenID scopes that decide which claims of the user go in. */
  scopes: string[];
  claims: Record<string, unknown>;
}
