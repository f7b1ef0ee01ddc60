import type { ApiId } from './ids.ts';
import type { Confirmation } from './access-token.ts';

/**
 * Claims of a stateless refresh token (`typ: rt+jwt`): all that a family's row would say. For this server alone: `aud` is the
 * issuer, and the key is in no JWKS. Times are seconds. `uep`, `cep`, `cov`: epochs of user and client and version of the consent
 * at birth; `rep`: restore epoch.
 */
export interface StatelessTokenClaims {
  iss: string;
  aud: string;
  sub: string;
  client_id: string;
  dev: string;
  jti: string;
  iat: number;
  exp: number;
  auth_time: number;
  acr: string;
  amr: string[];
  scopes: string[];
  apis: Record<ApiId, string[]>;
  claims?: Record<string, unknown>;
  needs_device?: true;
  cnf?: Confirmation;
  uep: number;
  cep: number;
  cov: number;
  rep: number;
}
