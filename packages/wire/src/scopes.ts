/** Scopes of OpenID Connect Core 5.4 and 11, and the claims each of them asks for. */
export const openIdScopes = {
  openid: ['sub'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
  offline_access: [],
} as const;
export type OpenIdScope = keyof typeof openIdScopes;

/** A scope token: %x21 / %x23-5B / %x5D-7E (RFC 6749 section 3.3). */
export const scopeTokenPattern = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
