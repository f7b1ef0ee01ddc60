import type { TokenPlaces } from './credentials.ts';
import { isSafeAddress } from './issuer/metadata.ts';
import { signingAlgs } from './jwt/algorithms.ts';
import type { TokenPolicy } from './jwt/claims.ts';
import type { ApiSettings } from './settings.ts';

/** Settings with their defaults filled in. */
export interface Policy extends TokenPolicy, TokenPlaces {
  maxTokenLength: number;
}

/** Throws a TypeError that names the setting which makes no sense. */
export function policyOf(settings: ApiSettings): Policy {
  const { issuerBaseURL, jwksUri, dangerouslyAllowHttp = false } = settings;
  for (const [name, address] of Object.entries({ issuerBaseURL, jwksUri })) {
    if (address !== undefined && !isSafeAddress(address, dangerouslyAllowHttp))
      throw new TypeError(`${name} must be an https address (or of this machine): ${address}`);
  }
  const audiences = [settings.audience].flat();
  if (audiences.length === 0 || !audiences.every((each) => typeof each === 'string' && each !== ''))
    throw new TypeError('audience must name this API: without it tokens for any other API would be taken');
  const algs = [settings.tokenSigningAlg ?? signingAlgs].flat();
  const unknown = algs.find((alg) => !signingAlgs.includes(alg));
  if (unknown !== undefined || algs.length === 0)
    throw new TypeError(`tokenSigningAlg must be of ${signingAlgs.join(', ')}`);
  return {
    audiences,
    algs,
    isStrict: settings.strict ?? true,
    toleranceSeconds: notNegative(settings, 'clockTolerance', 5),
    maxAgeSeconds: notNegative(settings, 'maxTokenAge', Infinity),
    maxTokenLength: notNegative(settings, 'maxTokenLength', 8192),
    isQueryAllowed: settings.allowTokenInQuery ?? false,
    isFormAllowed: settings.allowTokenInForm ?? false,
  };
}

type NumberSetting =
  | 'clockTolerance'
  | 'maxTokenAge'
  | 'maxTokenLength'
  | 'cacheMaxAge'
  | 'cooldownDuration'
  | 'timeoutDuration'
  | 'keysOutlastIssuer'
  | 'rememberedTokens';

/** A number of the settings, or its default. */
export function notNegative(settings: ApiSettings, name: NumberSetting, otherwise: number): number {
  const value = settings[name] ?? otherwise;
  if (typeof value !== 'number' || !(value >= 0)) throw new TypeError(`${name} must be a number that is not negative`);
  return value;
}
