import type { Settings } from '@ostiary/service';
import type { AddressRange } from '../address-range.ts';
import type { StoragePlace } from '../storage-place.ts';
import type { LogLevel, ThemeConfig } from './define-config.ts';
import type { Problem } from './problem.ts';

/** The configuration file, checked and complete: what the service is told, and what this program keeps to itself. */
export interface Configuration {
  settings: Settings;
  /** A path in it may be relative to the configuration file. */
  storage: StoragePlace;
  listen: { host: string; port: number };
  /** Whose word on the address of a client counts. */
  trustedProxies: AddressRange[];
  /** Without a port: the usual one, or a free one where the server itself listens on a free one. */
  operations: { host: string; port?: number | 'off'; drainSeconds: number };
  logLevel: LogLevel;
  theme?: ThemeConfig;
  /** What is allowed but should be known. */
  warnings: Problem[];
}
