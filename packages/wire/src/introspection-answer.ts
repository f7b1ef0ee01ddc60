import type { Confirmation } from './access-token.ts';

/** Answer of the introspection endpoint (RFC 7662 section 2.2). */
export type IntrospectionAnswer =
  | { active: false }
  | {
      active: true;
      token_type: 'Bearer' | 'DPoP' | 'refresh_token';
      iss: string;
      sub: string;
      client_id: string;
      scope: string;
      iat: number;
      aud?: string | string[];
      exp?: number;
      jti?: string;
      auth_time?: number;
      acr?: string;
      sid?: string;
      cnf?: Confirmation;
    };
