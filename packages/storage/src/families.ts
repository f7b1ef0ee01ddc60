import type { FamilyFacts } from '@ostiary/model';
import type { ClientId, DeviceId, FamilyId, UserId } from '@ostiary/wire';

/** Grant families. Never read from a replica: a read sees every commit acknowledged before it began. */
export interface Families {
  /** The family and all it stands on, of one moment. */
  find(id: FamilyId): Promise<FamilyFacts | undefined>;
  /** Living families of a user, newest sign-in first. */
  listLiving(userId: UserId): Promise<FamilyFacts[]>;
  /** The oldest living families that must give way so that one more fits within the caps. Usually none. */
  findSurplus(place: FamilyPlace, caps: FamilyCaps): Promise<FamilyId[]>;
}

export interface FamilyPlace {
  userId: UserId;
  clientId: ClientId;
  deviceId: DeviceId;
}

export interface FamilyCaps {
  perDevice: number;
  perUser: number;
}
