import type { ChallengeSettings } from './answer.ts';
import type { ApiCredentials } from './basic.ts';
import type { BindingPolicy } from './dpop/binding.ts';
import { nonceLifeMs, proofNonces } from './dpop/nonces.ts';
import { Replays } from './dpop/replays.ts';
import { environmentOf, type Environment } from './environment.ts';
import { RevocationFeed } from './feed/feed.ts';
import { Introspector } from './introspection.ts';
import type { IssuerKey } from './issuer/key-set.ts';
import { IssuerKeys } from './issuer/keys.ts';
import { metadataReader, type MetadataResult } from './issuer/metadata.ts';
import { signingAlgs } from './jwt/algorithms.ts';
import type { AccessTokenClaims } from './jwt/claims.ts';
import { notNegative, policyOf, type Policy } from './policy.ts';
import { protectedResourceOf, type ProtectedResource } from './protected-resource.ts';
import { Remembered } from './remembered.ts';
import type { RevocationPolicy } from './revocation.ts';
import type { ApiSettings, IntrospectionSettings } from './settings.ts';

/** What a verifier is made of. */
export interface Parts {
  environment: Environment;
  policy: Policy;
  metadata: () => Promise<MetadataResult>;
  keys: IssuerKeys;
  remembered: Remembered<KnownToken>;
  binding: BindingPolicy;
  /** Where opaque tokens are taken. */
  introspector: Introspector | undefined;
  /** Where the feed is followed. */
  revocations: RevocationPolicy | undefined;
  challenge: ChallengeSettings;
  resource: ProtectedResource | undefined;
  baseURL: string | undefined;
}

/** A token whose signature was verified. */
export interface KnownToken {
  readonly key: IssuerKey;
  readonly issuer: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: AccessTokenClaims;
  readonly isJwt: true;
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
  const source = { environment, policy, metadata, keys, timeoutMs };
  const binding = bindingOf(settings, environment);
  const resource = protectedResourceOf(settings);
  return {
    environment,
    policy,
    metadata,
    keys,
    remembered: new Remembered(notNegative(settings, 'rememberedTokens', 10_000)),
    binding,
    introspector: settings.introspection && introspectorOf(settings.introspection, source),
    revocations: revocationsOf(settings, source),
    challenge: {
      realm: settings.realm ?? 'api',
      proofAlgs: binding.proofs === undefined ? [] : signingAlgs,
      isBindingRequired: binding.isRequired,
      resourceMetadata: resource?.url,
    },
    resource,
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

type Source = Pick<Parts, 'environment' | 'policy' | 'metadata' | 'keys'> & { timeoutMs: number };

function introspectorOf(settings: IntrospectionSettings, { environment, policy, metadata, timeoutMs }: Source) {
  const { cacheSeconds = 5, inactiveCacheSeconds = 2 } = settings;
  return new Introspector({
    environment,
    metadata,
    policy,
    credentials: credentialsOf(settings, policy),
    timeoutMs,
    cacheMs: cacheSeconds * 1000,
    inactiveCacheMs: inactiveCacheSeconds * 1000,
  });
}

function revocationsOf({ revocations }: ApiSettings, source: Source): RevocationPolicy | undefined {
  if (revocations === undefined) return undefined;
  const { environment, policy, metadata, keys, timeoutMs } = source;
  const { maxStaleSeconds = 30, whenStale = 'refuse', onFeedStale } = revocations;
  const feed = new RevocationFeed(
    environment,
    { keys, metadata },
    {
      credentials: credentialsOf(revocations, policy),
      maxStaleMs: maxStaleSeconds * 1000,
      timeoutMs,
      toleranceSeconds: policy.toleranceSeconds,
      onStale: onFeedStale,
    },
  );
  feed.start();
  // Answers of a moment ago are no answer to the question whether a token still counts.
  const ask = { ...revocations, cacheSeconds: 1, inactiveCacheSeconds: 1 };
  return { feed, waitMs: timeoutMs, whenStale: whenStale === 'introspect' ? introspectorOf(ask, source) : undefined };
}

function credentialsOf(
  { clientId, clientSecret }: { clientId?: string; clientSecret: string },
  { audiences }: Policy,
): ApiCredentials {
  const [audience = ''] = audiences;
  return { clientId: clientId ?? audience, clientSecret };
}
