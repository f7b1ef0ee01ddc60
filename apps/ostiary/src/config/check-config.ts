import { digest } from '@ostiary/service';
import type { RegisteredApi, RegisteredClient, SeedUser } from '@ostiary/service';
import { readTrustedRange } from '../address-range.ts';
import type { AddressRange } from '../address-range.ts';
import type { StoragePlace } from '../storage-place.ts';
import { comparedUsername } from './compared-username.ts';
import type { Configuration } from './configuration.ts';
import type { ConfiguredApi } from './configured-api.ts';
import type { ConfiguredClient } from './configured-client.ts';
import { completeApi, completeClient, completeSession } from './defaults.ts';
import { isLoopbackIssuer } from './loopback.ts';
import { readPart } from './part.ts';
import type { Part } from './part.ts';
import { error } from './problem.ts';
import type { Problem } from './problem.ts';
import { checkApi } from './rules/apis.ts';
import { checkBackChannelLogout } from './rules/back-channel-logout.ts';
import { checkClientAuthentication } from './rules/client-authentication.ts';
import { checkClientGrants } from './rules/client-grants.ts';
import { checkDirectSignIn } from './rules/direct-sign-in.ts';
import { checkGenerateTokens } from './rules/generate-tokens.ts';
import { checkHouse } from './rules/house.ts';
import { checkApisOfClient, checkUnique } from './rules/references.ts';
import { checkRefresh } from './rules/refresh.ts';
import { checkResponseTypes } from './rules/response-types.ts';
import { readStorage } from './rules/storage.ts';
import { checkStateless } from './rules/stateless.ts';
import { checkUser } from './rules/users.ts';
import type { ConfiguredUser } from './rules/users.ts';
import { checkWebAddresses } from './rules/web-addresses.ts';
import { apiSchema, clientSchema, houseSchema, userSchema } from './schema.ts';
import type { HouseConfig } from './schema.ts';
import { resolveSecret } from './secret-source.ts';
import type { SecretSource } from './secret-source.ts';

export interface Surroundings {
  isDevelopment: boolean;
  secrets: SecretSource;
}

export type CheckedConfig = { ok: true; configuration: Configuration } | { ok: false; problems: Problem[] };

/** Checks what a configuration file says and completes it. Reports all problems at once, warnings included. */
export function checkConfig(input: unknown, surroundings: Surroundings): CheckedConfig {
  const house = readPart(houseSchema, input, []);
  const storage = readStorage(memberOf(input, 'storage'), surroundings.secrets, surroundings.isDevelopment);
  const lists = listsOf(input);
  const apis = readAll(lists.apis, (item, index) => readApi(item, index, surroundings.secrets));
  const clients = readAll(lists.clients, (item, index) => readClient(item, index, surroundings.secrets));
  const users = readAll(lists.users, (item, index) => readUser(item, index, surroundings.secrets));
  const parts: Parts = {
    issuer: house.value?.issuer,
    apis: apis.values.map(({ value }) => value),
    areApisWhole: apis.values.length === lists.apis.length,
    clients: clients.values.map(({ value }) => value),
    users: users.values.map(({ value }) => value),
  };
  const problems = [
    ...house.problems,
    ...(house.value === undefined ? [] : checkHouse(house.value, surroundings.isDevelopment)),
    ...storage.problems,
    ...apis.problems,
    ...clients.problems,
    ...users.problems,
    ...checkParts(parts, surroundings.isDevelopment),
  ];
  const hasErrors = problems.some(({ severity }) => severity === 'error');
  if (house.value === undefined || storage.value === undefined || hasErrors) return { ok: false, problems };
  const rest = { surroundings, storage: storage.value, warnings: problems };
  return { ok: true, configuration: configurationOf(house.value, parts, rest) };
}

interface Parts {
  issuer: string | undefined;
  apis: ConfiguredApi[];
  /** Whether every API could be read: only then is a name that is not among them unknown. */
  areApisWhole: boolean;
  clients: ConfiguredClient[];
  users: ConfiguredUser[];
}

function checkParts({ issuer, apis, areApisWhole, clients, users }: Parts, isDevelopment: boolean): Problem[] {
  const metadata = apis.map((api) => api.metadata);
  return [
    ...apis.flatMap((api) => checkApi(api, { issuer, isDevelopment })),
    ...clients.flatMap((client) => [
      ...checkClientGrants(client),
      ...checkResponseTypes(client),
      ...checkClientAuthentication(client, isDevelopment),
      ...checkWebAddresses(client),
      ...checkBackChannelLogout(client, isDevelopment),
      ...checkRefresh(client),
      ...checkDirectSignIn(client),
      ...checkGenerateTokens(client),
      ...checkStateless(client),
      ...(areApisWhole ? checkApisOfClient(client, metadata) : []),
    ]),
    ...users.flatMap((user) => checkUser(user, isDevelopment)),
    // Both authenticate at the same endpoints by their names.
    ...checkUnique([
      ...apis.map((api) => ({ path: `${api.at}.identifier`, name: api.metadata.identifier })),
      ...clients.map((client) => ({ path: `${client.at}.client_id`, name: client.metadata.client_id })),
    ]),
    ...checkUnique(users.map((user) => ({ path: `${user.at}.username`, name: user.comparedName }))),
  ];
}

function readApi(item: unknown, index: number, secrets: SecretSource): Part<ConfiguredApi> {
  const { value: written, problems } = readPart(apiSchema, item, ['apis', index]);
  if (written === undefined) return { problems };
  const at = `apis[${index}]`;
  const api: ConfiguredApi = { at, written, metadata: completeApi(written) };
  if (written.secret === undefined) return { value: api, problems };
  const secret = resolveSecret(written.secret, secrets);
  if (secret.ok) return { value: { ...api, secret: secret.value }, problems };
  return { value: api, problems: [...problems, error(`${at}.secret`, secret.message)] };
}

function readClient(item: unknown, index: number, secrets: SecretSource): Part<ConfiguredClient> {
  const { value: written, problems } = readPart(clientSchema, item, ['clients', index]);
  if (written === undefined) return { problems };
  const at = `clients[${index}]`;
  const client: ConfiguredClient = { at, written, metadata: completeClient(written) };
  if (written.client_secret === undefined) return { value: client, problems };
  const secret = resolveSecret(written.client_secret, secrets);
  if (secret.ok) return { value: { ...client, secret: secret.value }, problems };
  return { value: client, problems: [...problems, error(`${at}.client_secret`, secret.message)] };
}

function readUser(item: unknown, index: number, secrets: SecretSource): Part<ConfiguredUser> {
  const { value: written, problems } = readPart(userSchema, item, ['users', index]);
  if (written === undefined) return { problems };
  const at = `users[${index}]`;
  const comparedName = comparedUsername(written.username);
  const user = { at, username: written.username, comparedName, claims: written.claims ?? {} };
  const password = resolveSecret(written.password, secrets);
  if (password.ok) return { value: { ...user, password: password.value }, problems };
  return { value: user, problems: [...problems, error(`${at}.password`, password.message)] };
}

/** The lists as they stand in the file, even where the rest of it cannot be read. */
function listsOf(input: unknown): Record<'apis' | 'clients' | 'users', unknown[]> {
  const listOf = (name: keyof HouseConfig): unknown[] => {
    const list = memberOf(input, name);
    return Array.isArray(list) ? list : [];
  };
  return { apis: listOf('apis'), clients: listOf('clients'), users: listOf('users') };
}

function memberOf(input: unknown, name: keyof HouseConfig): unknown {
  return typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
}

function readAll<T>(items: readonly unknown[], read: (item: unknown, index: number) => Part<T>) {
  const parts = items.map(read);
  return {
    values: parts.flatMap(({ value }, index) => (value === undefined ? [] : [{ value, index }])),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function configurationOf(
  house: HouseConfig,
  { apis, clients, users }: Parts,
  { surroundings, storage, warnings }: { surroundings: Surroundings; storage: StoragePlace; warnings: Problem[] },
): Configuration {
  return {
    settings: {
      issuer: house.issuer,
      session: completeSession(house.session),
      apis: apis.map(registeredApi),
      clients: clients.map(registeredClient),
      users: users.map(seedUser),
      isDevelopment: surroundings.isDevelopment,
      dpopNonce: house.dpopNonce ?? 'required',
    },
    storage,
    listen: { ...defaultAddress(house.issuer), ...house.listen },
    operations: completeOperations(house, storage.kind),
    trustedProxies: (house.trustedProxies ?? []).flatMap(trustedRange),
    logLevel: house.logLevel ?? 'info',
    ...(house.theme && { theme: house.theme }),
    warnings,
  };
}

/** With one server there is no balancer to wait for. */
function completeOperations({ operations }: HouseConfig, kind: StoragePlace['kind']): Configuration['operations'] {
  return { host: '127.0.0.1', drainSeconds: kind === 'sqlite' ? 0 : 5, ...operations };
}

function registeredApi({ metadata, secret }: ConfiguredApi): RegisteredApi {
  return secret === undefined ? metadata : { ...metadata, secretHash: digest(secret) };
}

function registeredClient({ metadata, secret }: ConfiguredClient): RegisteredClient {
  if (secret === undefined) return { metadata };
  return { metadata, secretHash: digest(secret) };
}

function seedUser({ username, password = '', claims }: ConfiguredUser): SeedUser {
  return { username, password, claims };
}

/** A loopback issuer says itself where it listens. Behind a proxy that speaks TLS the proxy is on this machine unless told otherwise. */
function defaultAddress(issuer: string): { host: string; port: number } {
  if (!isLoopbackIssuer(issuer)) return { host: '127.0.0.1', port: 4000 };
  const { hostname, port, protocol } = new URL(issuer);
  const schemePort = protocol === 'https:' ? 4000 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? schemePort : Number(port) };
}

function trustedRange(text: string): AddressRange[] {
  const read = readTrustedRange(text);
  return read.ok ? [read.range] : [];
}
