import type { Grant } from '@ostiary/model';
import type { ClientId, DeviceId, FamilyId, UserId } from '@ostiary/wire';

/** A refresh token that is its own record: what it says was checked by its signature, and nothing is stored. */
export interface StatelessToken {
  /** In place of a family's id; `jti` of the token. */
  id: FamilyId;
  userId: UserId;
  clientId: ClientId;
  deviceId: DeviceId;
  grant: Grant;
  authTimeMs: number;
  issuedAtMs: number;
  expiresAtMs: number;
  /** Thumbprint of the DPoP key it is bound to. */
  jkt?: string;
  userEpoch: number;
  clientEpoch: number;
  consentVersion: number;
}
