import { checkConfig } from './check-config.ts';
import type { Configuration } from './configuration.ts';
import type { ApiConfig, ClientConfig, OstiaryConfig } from './define-config.ts';
import { describe } from './problem.ts';
import type { Problem } from './problem.ts';
import type { SecretSource } from './secret-source.ts';

export const issuer = 'https://id.example.com';

export const api: ApiConfig = {
  identifier: 'https://api.example.com',
  name: 'Reports',
  scopes: { 'read:reports': 'Read your reports' },
};

export const spa: ClientConfig = { client_id: 'spa', type: 'spa', redirect_uris: ['https://app.example.com/callback'] };
export const native: ClientConfig = { ...spa, client_id: 'native', type: 'native' };
export const web: ClientConfig = { ...spa, client_id: 'web', type: 'web', client_secret: 'a-secret-of-the-web-client' };
export const service: ClientConfig = { client_id: 'job', type: 'service', client_secret: 'a-secret-of-the-service' };

const noSecrets: SecretSource = {
  env: () => undefined,
  file: () => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  },
};

interface Circumstances {
  isDevelopment?: boolean;
  secrets?: Partial<SecretSource>;
}

/** A configuration with this issuer, and what `config` says in place of it or beside it. Unknown fields may be among it. */
export function problemsOf(
  config: Partial<OstiaryConfig> | Record<string, unknown>,
  where: Circumstances = {},
): Problem[] {
  const checked = check(config, where);
  return checked.ok ? checked.configuration.warnings : checked.problems;
}

/** Errors as an operator reads them. */
export function errorsOf(
  config: Partial<OstiaryConfig> | Record<string, unknown>,
  where: Circumstances = {},
): string[] {
  return problemsOf(config, where)
    .filter(({ severity }) => severity === 'error')
    .map(describe);
}

export function warningsOf(config: Partial<OstiaryConfig>, where: Circumstances = {}): string[] {
  return problemsOf(config, where)
    .filter(({ severity }) => severity === 'warning')
    .map(describe);
}

/** The complete configuration. Throws its errors when there are any. */
export function completed(config: Partial<OstiaryConfig>, where: Circumstances = {}): Configuration {
  const checked = check(config, where);
  if (!checked.ok) throw new Error(checked.problems.map(describe).join('\n'));
  return checked.configuration;
}

function check(config: object, { isDevelopment = false, secrets = {} }: Circumstances) {
  return checkConfig({ issuer, ...config }, { isDevelopment, secrets: { ...noSecrets, ...secrets } });
}
