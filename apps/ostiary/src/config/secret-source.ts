import { codeOf, messageOf } from '../stop.ts';
import type { SecretConfig } from './define-config.ts';

/** Where references lead. Values come back without the line break at their end. */
export interface SecretSource {
  /** undefined when the variable is not set or empty. */
  env(name: string): string | undefined;
  /** Throws when the file cannot be read. */
  file(path: string): string;
}

export type ResolvedSecret = { ok: true; value: string } | { ok: false; message: string };

export function resolveSecret(secret: SecretConfig, source: SecretSource): ResolvedSecret {
  if (typeof secret === 'string') return { ok: true, value: secret };
  if ('env' in secret) {
    const value = source.env(secret.env);
    if (value !== undefined) return { ok: true, value };
    return { ok: false, message: `the environment variable ${secret.env} is not set; set it before the start` };
  }
  return readSecretFile(secret.file, source);
}

function readSecretFile(path: string, source: SecretSource): ResolvedSecret {
  try {
    const value = source.file(path);
    return value === '' ? { ok: false, message: `the file "${path}" is empty` } : { ok: true, value };
  } catch (fault) {
    const why = codeOf(fault) ?? messageOf(fault);
    return { ok: false, message: `the file "${path}" cannot be read (${why}); paths begin at the configuration file` };
  }
}
