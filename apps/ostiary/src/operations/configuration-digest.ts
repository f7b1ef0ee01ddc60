import { hash } from 'node:crypto';
import type { Configuration } from '../config/configuration.ts';

/**
 * Tells configurations apart by what all nodes must have in common. Secrets and passwords are left out, so that the digest, which
 * lies in the database, gives nobody a way to try them; so is what may differ from node to node, as the address to listen on.
 */
export function configurationDigest({ settings, theme }: Configuration): string {
  const { apis, clients, users, ...others } = settings;
  const common = {
    ...others,
    apis: apis.map((api) => ({ ...api, secretHash: undefined })),
    clients: clients.map(({ metadata }) => metadata),
    users: users.map(({ username, claims }) => ({ username, claims })),
    theme,
  };
  return hash('sha256', JSON.stringify(common), 'base64url').slice(0, 22);
}
