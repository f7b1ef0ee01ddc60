import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import type { StorageObserver } from '@ostiary/storage';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; `sslmode=require`, `verify-ca` and `verify-full` ask for TLS. */
  url: string;
  /** Asks for TLS whatever the URL says. The server's certificate is verified unless `isVerified` is false. */
  tls?: PostgresTls;
  /** Connections for everything but commits. Default 4. */
  readers?: number;
  /** Connections for commits. Default 2. */
  writers?: number;
  /** Every operation is settled within this time, also when the server does not answer at all. Default 900. */
  operationTimeoutMs?: number;
  /** Of commits. Default `read committed`, and `repeatable read` on engines without shared locks, as Aurora DSQL, which have no other. */
  isolation?: Isolation;
  observer?: StorageObserver;
  /** Opens it also while the rows of a file are being moved into it. Nobody may work on it before they are. */
  isPromotionTarget?: boolean;
}

export interface PostgresTls {
  /** Certificate authority, PEM. Absent = those of the system. */
  ca?: string;
  /** `false` takes any certificate: whoever sits on the way can read and change everything. */
  isVerified?: boolean;
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** What `pg` needs to know to reach the server. Throws without repeating the URL, which holds a password. */
export function clientConfig({ url, tls }: Pick<PostgresOptions, 'url' | 'tls'>): ClientConfig {
  const { protocol, hostname, port, username, password, pathname, searchParams } = parsed(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:')
    throw new TypeError('the URL should begin with postgres:');
  const config: ClientConfig = {
    host: searchParams.get('host') ?? decodeURIComponent(hostname),
    port: Number(port || '5432'),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: tlsOptions(searchParams.get('sslmode') ?? 'disable', tls) ?? false,
  };
  if (password !== '') config.password = decodeURIComponent(password);
  return config;
}

function parsed(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new TypeError('the URL of the database cannot be parsed');
  }
}

function tlsOptions(mode: string, tls: PostgresTls | undefined): ConnectionOptions | undefined {
  if (!['disable', 'require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw new TypeError('sslmode should be disable, require, verify-ca or verify-full');
  }
  if (mode === 'disable' && tls === undefined) return undefined;
  const options: ConnectionOptions = { rejectUnauthorized: tls?.isVerified ?? true };
  if (tls?.ca !== undefined) options.ca = tls.ca;
  return options;
}
