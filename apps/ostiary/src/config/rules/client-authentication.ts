import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { minSecretLength, secretProblems } from './secrets.ts';

/**
 * How the client proves that it is itself, and that it has what it needs for that.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 section 2.3}
 */
export function checkClientAuthentication(client: ConfiguredClient, isDevelopment: boolean): Problem[] {
  const { at, metadata } = client;
  return [
    ...checkMethod(client),
    ...(isPublic(client) ? checkPublic(client) : []),
    ...(usesSecret(client) ? checkSecret(client, isDevelopment) : []),
    ...(metadata.token_endpoint_auth_method === 'private_key_jwt' ? checkKeys(client) : []),
    ...(metadata.jwks?.keys ?? []).flatMap((key, index) => checkPublicKey(key, `${at}.jwks.keys[${index}]`)),
    ...(!metadata.requirePkce && isPublic(client)
      ? [error(`${at}.requirePkce`, 'may be false for confidential clients only; remove it')]
      : []),
  ];
}

/** What runs on the user's side cannot keep a secret; what runs alone must have one. */
function checkMethod(client: ConfiguredClient): Problem[] {
  const { at, metadata } = client;
  const path = `${at}.token_endpoint_auth_method`;
  if (metadata.type === 'spa' && !isPublic(client))
    return [error(path, 'a spa cannot keep a secret; set it to "none" or remove it')];
  if (metadata.type === 'service' && isPublic(client))
    return [error(path, 'a service must authenticate; set it to "client_secret_basic" or "private_key_jwt"')];
  return [];
}

function checkPublic({ at, written, metadata }: ConfiguredClient): Problem[] {
  if (written.client_secret === undefined) return [];
  return [
    error(
      `${at}.client_secret`,
      `a public client (type ${metadata.type}, token_endpoint_auth_method none) must not have a secret; remove it`,
    ),
  ];
}

function usesSecret({ metadata }: ConfiguredClient): boolean {
  return ['client_secret_basic', 'client_secret_post'].includes(metadata.token_endpoint_auth_method);
}

function checkSecret({ at, written, metadata, secret }: ConfiguredClient, isDevelopment: boolean): Problem[] {
  const path = `${at}.client_secret`;
  const method = metadata.token_endpoint_auth_method;
  if (written.client_secret === undefined) {
    const other = 'or set token_endpoint_auth_method to "private_key_jwt" and add jwks';
    return [
      error(path, `${method} needs one; add a client_secret of at least ${minSecretLength} characters, ${other}`),
    ];
  }
  return secret === undefined ? [] : secretProblems(secret, path, isDevelopment);
}

function checkKeys({ at, written, metadata }: ConfiguredClient): Problem[] {
  return [
    ...(metadata.jwks === undefined || metadata.jwks.keys.length === 0
      ? [error(`${at}.jwks`, "private_key_jwt needs the client's public keys; add them")]
      : []),
    ...(written.client_secret === undefined
      ? []
      : [error(`${at}.client_secret`, 'private_key_jwt authenticates by jwks; remove the secret')]),
  ];
}

/** Members of JWKs that are secret: RFC 7518 sections 6.2.2, 6.3.2 and 6.4. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function checkPublicKey(key: object, path: string): Problem[] {
  const found = privateMembers.filter((member) => Object.hasOwn(key, member));
  if (found.length === 0) return [];
  const members = found.map((member) => `"${member}"`).join(', ');
  return [
    error(
      path,
      `must be a public key, and ${members} is private; remove it, and make a new key: this one is known now`,
    ),
  ];
}
