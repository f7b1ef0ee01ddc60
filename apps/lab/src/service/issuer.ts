import { randomBytes } from 'node:crypto';
import { defineConfig, openOstiary } from 'ostiary/embed';
import type { Embedded } from 'ostiary/embed';

export const audience = 'https://service.lab.example';
export const clientId = 'lab-service';
/** Of the client to the issuer that it holds itself: new with each start. */
export const clientSecret = randomBytes(24).toString('base64url');

/** An issuer inside the Lab's own process: access tokens for an hour, refresh tokens for a year, gone with the process. */
export function openServiceIssuer(issuer: string, clock: { now(): number }): Promise<Embedded> {
  return openOstiary({ config: configuration(issuer), development: true, masterKey: randomBytes(32), clock });
}

function configuration(issuer: string) {
  return defineConfig({
    issuer,
    storage: 'sqlite::memory:',
    logLevel: 'silent',
    apis: [
      {
        identifier: audience,
        name: 'Notes',
        scopes: { notes: 'Read your notes' },
        accessTokenSeconds: 3600,
        allowOfflineAccess: true,
      },
    ],
    clients: [
      {
        client_id: clientId,
        client_name: 'Notes',
        type: 'web',
        client_secret: clientSecret,
        apis: { [audience]: ['notes'] },
        refresh: { rotation: 'off', absoluteSeconds: 31_536_000 },
        generateTokens: { claims: ['role'] },
      },
    ],
    users: [{ username: 'ada@example.com', password: randomBytes(24).toString('base64url'), claims: { name: 'Ada' } }],
  });
}
