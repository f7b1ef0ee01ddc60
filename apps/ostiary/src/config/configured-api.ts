import type { ApiMetadata } from '@ostiary/wire';
import type { ApiConfig } from './define-config.ts';

/** An API as the rules see it: what was written, and what it comes to with the defaults. */
export interface ConfiguredApi {
  /** Path in the file: `apis[0]`. */
  at: string;
  written: ApiConfig;
  metadata: ApiMetadata;
  /** The resolved `secret`; absent too when its reference leads nowhere. */
  secret?: string;
}
