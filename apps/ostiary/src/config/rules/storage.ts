import type { PostgresPlace, StoragePlace } from '../../storage-place.ts';
import { codeOf, messageOf } from '../../stop.ts';
import type { PostgresConfig } from '../define-config.ts';
import { isLoopbackHost } from '../loopback.ts';
import { readPart } from '../part.ts';
import type { Part } from '../part.ts';
import { error, warning } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { postgresSchema, storageSchema } from '../schema.ts';
import { resolveSecret } from '../secret-source.ts';
import type { SecretSource } from '../secret-source.ts';

const defaultPath = './data/ostiary.db';
const example = '{ "postgres": { "url": { "env": "DATABASE_URL" } } }';

/** @param written `storage` of the file, whatever it is */
export function readStorage(written: unknown, secrets: SecretSource, isDevelopment: boolean): Part<StoragePlace> {
  if (written === undefined) return { value: { kind: 'sqlite', path: defaultPath }, problems: [] };
  if (typeof written === 'string') return readText(written);
  const outer = readPart(storageSchema, written, ['storage']);
  if (outer.value === undefined) return { problems: outer.problems };
  const { value, problems } = readPart(postgresSchema, outer.value.postgres, ['storage', 'postgres']);
  if (value === undefined) return { problems: [...outer.problems, ...problems] };
  const place = readPostgres(value, secrets, isDevelopment);
  return { ...place, problems: [...outer.problems, ...problems, ...place.problems] };
}

function readText(written: string): Part<StoragePlace> {
  const path = written.slice('sqlite:'.length);
  if (/^sqlite:./.test(written) && !path.startsWith('//')) return { value: { kind: 'sqlite', path }, problems: [] };
  const isPostgres = /^postgres(ql)?:/.test(written);
  return {
    problems: [
      error(
        'storage',
        isPostgres
          ? `PostgreSQL is written as an object, such as ${example}`
          : `must be "sqlite:" and a path, such as "sqlite:${defaultPath}", "sqlite::memory:", or ${example}`,
      ),
    ],
  };
}

function readPostgres(config: PostgresConfig, secrets: SecretSource, isDevelopment: boolean): Part<PostgresPlace> {
  const at = 'storage.postgres';
  const resolved = resolveSecret(config.url, secrets);
  if (!resolved.ok) return { problems: [error(`${at}.url`, resolved.message)] };
  const url = URL.canParse(resolved.value) ? new URL(resolved.value) : undefined;
  const fault = url === undefined ? notAnAddress : faultOf(url);
  if (url === undefined || fault !== undefined) return { problems: [error(`${at}.url`, fault ?? notAnAddress)] };
  const authority = config.ca === undefined ? undefined : readAuthority(config.ca, secrets);
  const problems = [
    ...(typeof config.url === 'string' && url.password !== '' && !isDevelopment ? [passwordInFile] : []),
    ...(authority?.ok === false ? [error(`${at}.ca`, authority.message)] : []),
    ...checkEncryption(url, config),
  ];
  const { readers, writers } = config;
  const place: PostgresPlace = {
    kind: 'postgres',
    url: withoutParameters(url),
    ...(isEncrypted(url, config) && { tls: authority?.ok === true ? { ca: authority.value } : {} }),
    ...(readers !== undefined && { readers }),
    ...(writers !== undefined && { writers }),
  };
  return { value: place, problems };
}

const notAnAddress =
  'must be the address of a database, such as "postgres://ROLE:PASSWORD@db.example.com:5432/ostiary"';

const passwordInFile = warning(
  'storage.postgres.url',
  'the password of the database stands in the configuration file; { "env": "NAME" } or { "file": "path" } keeps it apart',
);

/** The address is never repeated: it holds a password. */
function faultOf({ protocol, hostname, username, password, pathname, hash, searchParams }: URL): string | undefined {
  if (!['postgres:', 'postgresql:'].includes(protocol) || hostname === '' || hash !== '') return notAnAddress;
  if (hostname.includes(',')) return 'must name one host; where several take turns, give them one name';
  if (![username, password, pathname].every(isDecodable))
    return 'has a "%" that begins no character; write it as %25 where it is part of the password';
  if (username === '') return `names no role; ${notAnAddress}`;
  if (!/^\/[^/]+$/.test(pathname)) return `names no database; ${notAnAddress}`;
  const unknown = [...searchParams.keys()].find((name) => name !== 'sslmode');
  if (unknown === 'sslrootcert')
    return 'has the parameter sslrootcert; write the file into "ca" beside the url instead';
  return unknown === undefined ? undefined : `has the parameter "${unknown}", which means nothing here; remove it`;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Encrypted is: what leaves this machine, and what asks for it. */
function isEncrypted(url: URL, { ca, dangerouslyUnencrypted = false }: PostgresConfig): boolean {
  const mode = url.searchParams.get('sslmode');
  return !dangerouslyUnencrypted && (!isOnThisMachine(url) || ca !== undefined || (mode ?? 'disable') !== 'disable');
}

function isOnThisMachine({ hostname }: URL): boolean {
  return isLoopbackHost(hostname.toLowerCase());
}

/** Modes as libpq has them. Each that encrypts also checks the certificate and the name of the server here. */
const encryptingModes = ['require', 'verify-ca', 'verify-full'];

function checkEncryption(url: URL, { ca, dangerouslyUnencrypted = false }: PostgresConfig): Problem[] {
  const at = 'storage.postgres';
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && mode !== 'disable' && !encryptingModes.includes(mode))
    return [error(`${at}.url`, 'sslmode must be verify-full or disable: the other modes leave encryption to chance')];
  const asksForBoth = dangerouslyUnencrypted && (ca !== undefined || encryptingModes.includes(mode ?? ''));
  if (asksForBoth || (ca !== undefined && mode === 'disable'))
    return [error(at, 'asks for encryption and against it; remove one of ca, sslmode and dangerouslyUnencrypted')];
  if (dangerouslyUnencrypted) return [warning(`${at}.dangerouslyUnencrypted`, unencrypted)];
  if (mode !== 'disable' || isOnThisMachine(url)) return [];
  return [error(`${at}.url`, `sslmode=disable is for this machine only: ${unencrypted}; remove it`)];
}

const unencrypted = 'whoever is between this server and the database reads its password and the data of all users';

function withoutParameters(url: URL): string {
  const bare = new URL(url);
  bare.search = '';
  return bare.href;
}

function readAuthority(
  path: string,
  secrets: SecretSource,
): { ok: true; value: string } | { ok: false; message: string } {
  try {
    const value = secrets.file(path);
    if (value.includes('-----BEGIN CERTIFICATE-----')) return { ok: true, value };
    return { ok: false, message: `the file "${path}" holds no certificate in PEM` };
  } catch (fault) {
    const why = codeOf(fault) ?? messageOf(fault);
    return { ok: false, message: `the file "${path}" cannot be read (${why}); paths begin at the configuration file` };
  }
}
