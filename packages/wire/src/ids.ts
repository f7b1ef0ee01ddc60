/**
 * Identifiers that leave the server: a prefix that tells the kind, then 128 random bits in base64url.
 * The brand keeps one kind from being passed where another is meant.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Branded<'UserId'>;
export type DeviceId = Branded<'DeviceId'>;
export type SessionId = Branded<'SessionId'>;
export type FamilyId = Branded<'FamilyId'>;
export type EventId = Branded<'EventId'>;
/** `client_id` as registered: any string an operator chose (RFC 6749 section 2.2). */
export type ClientId = Branded<'ClientId'>;
/** Identifier of an API: the absolute URI used as `resource` and `aud` (RFC 8707, RFC 9068). */
export type ApiId = Branded<'ApiId'>;
/** SHA-256 of a secret, base64url without padding: what is stored in place of the secret. */
export type Digest = Branded<'Digest'>;

export const idPrefix = {
  user: 'usr_',
  device: 'dev_',
  session: 'ses_',
  family: 'fam_',
  event: 'evt_',
} as const;
export type IdKind = keyof typeof idPrefix;
