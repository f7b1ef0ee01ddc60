import type { ChallengeSettings } from './answer.ts';
import type { BindingPolicy } from './dpop/binding.ts';
import { nonceLifeMs, proofNonces } from './dpop/nonces.ts';
import { Replays } from './dpop/replays.ts';
import { environmentOf, type Environment } from './environment.ts';
import type { IssuerKey } from './issuer/key-set.ts';
import { IssuerKeys } from './issuer/keys.ts';
import { metadataReader, type MetadataResult } from './issuer/metadata.ts';
import { signingAlgs } from './jwt/algorithms.ts';
import type { AccessTokenClaims } from './jwt/claims.ts';
import { notNegative, policyOf, type Policy } from './policy.ts';
import { Remembered } from './remembered.ts';
import type { ApiSettings } from './settings.ts';

/** What a verifier is made of. */
export interface Parts {
  environment: Environment;
  policy: Policy;
  metadata: () => Promise<MetadataResult>;
  keys: IssuerKeys;
  remembered: Remembered<KnownToken>;
  binding: BindingPolicy;
  challenge: ChallengeSettings;
  baseURL: string | undefined;
}

/** A token whose signature was verified. */
export interface KnownToken {
  readonly key: IssuerKey;
  readonly issuer: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: AccessTokenClaims;
}

export function openParts(settings: ApiSettings): Parts {
  const environment = environmentOf(settings);
  const policy = policyOf(settings);
  const { issuerBaseURL, jwksUri, dangerouslyAllowHttp: mayUseHttp = false } = settings;
  const timeoutMs = notNegative(settings, 'timeoutDuration', 5_000);
  const metadata = metadataReader(environment, { issuerBaseURL, jwksUri, timeoutMs, mayUseHttp });
  const keys = new IssuerKeys(environment, metadata, {
    timeoutMs,
    maxAgeMs: notNegative(settings, 'cacheMaxAge', 600_000),
    cooldownMs: notNegative(settings, 'cooldownDuration', 30_000),
    outlastMs: notNegative(settings, 'keysOutlastIssuer', 3_600) * 1000,
    onKept: settings.onKeysKept,
  });
  const binding = bindingOf(settings, environment);
  return {
    environment,
    policy,
    metadata,
    keys,
    remembered: new Remembered(notNegative(settings, 'rememberedTokens', 10_000)),
    binding,
    challenge: {
      realm: settings.realm ?? 'api',
      proofAlgs: binding.proofs === undefined ? [] : signingAlgs,
      isBindingRequired: binding.isRequired,
    },
    baseURL: settings.baseURL?.replace(/\/$/, ''),
  };
}

function bindingOf({ dpop = {} }: ApiSettings, environment: Environment): BindingPolicy {
  if (dpop === false) return { isRequired: false, proofs: undefined };
  const { required = false, iatOffset = 60, iatLeeway = 10, nonce = false, rememberedProofs = 100_000 } = dpop;
  const windowMs = Math.max((iatOffset + iatLeeway) * 1000, nonce === false ? 0 : nonceLifeMs);
  const secret = typeof nonce === 'object' ? nonce.secret : undefined;
  return {
    isRequired: required,
    proofs: {
      environment,
      pastSeconds: iatOffset,
      aheadSeconds: iatLeeway,
      replays: new Replays(windowMs, rememberedProofs),
      nonces: nonce === false ? undefined : proofNonces(secret),
    },
  };
}
