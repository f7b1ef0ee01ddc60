// oidc-provider with its in-memory adapter. Codes and refresh tokens are made by its own models, as its authorization
// endpoint would make them, so that no sign-in pages stand in the way of the measurement.
import { hash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { answerQuestions } from '../questions.ts';
import { API, API_SCOPE, REDIRECT_URI, SCOPE, type Code, type Family } from '../subject.ts';
import { configuration, SPA } from './configuration.ts';

/** As many codes or families as one session of a user would bring forth; they share a grant, as they do in oidc-provider. */
const TOKENS_PER_GRANT = 10;

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const provider = new Provider(`http://127.0.0.1:${port}`, configuration());
server.on('request', provider.callback());
const client = await provider.Client.find(SPA);

answerQuestions({
  port: () => port,
  families: (count) => forGrants(count, 1, newFamily),
  codes: (count) => forGrants(count, TOKENS_PER_GRANT, newCode),
});

async function forGrants<T>(
  count: number,
  perGrant: number,
  make: (properties: Record<string, unknown>) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  let shared: Record<string, unknown> = {};
  for (let index = 0; index < count; index++) {
    if (index % perGrant === 0) shared = await newGrant();
    made.push(await make(shared));
  }
  return made;
}

/** A grant, and the properties that every token born from it carries. */
async function newGrant(): Promise<Record<string, unknown>> {
  const accountId = `usr_${randomBytes(8).toString('hex')}`;
  const grant = new provider.Grant({ accountId, clientId: SPA });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(API, API_SCOPE);
  const authTime = Math.floor(Date.now() / 1000);
  return {
    accountId,
    client,
    grantId: await grant.save(),
    scope: SCOPE,
    resource: [API],
    authTime,
    sessionUid: randomText(),
    sid: randomText(),
    claims: {},
  };
}

async function newFamily(shared: Record<string, unknown>): Promise<Family> {
  const token = new provider.RefreshToken({
    ...shared,
    gty: 'authorization_code',
    iiat: shared['authTime'],
    rotations: 0,
  });
  return { clientId: SPA, refreshToken: await token.save() };
}

async function newCode(shared: Record<string, unknown>): Promise<Code> {
  const codeVerifier = randomText();
  const codeChallenge = hash('sha256', codeVerifier, 'base64url');
  const code = new provider.AuthorizationCode({
    ...shared,
    redirectUri: REDIRECT_URI,
    nonce: randomText(),
    codeChallenge,
    codeChallengeMethod: 'S256',
  });
  return { clientId: SPA, code: await code.save(), redirectUri: REDIRECT_URI, codeVerifier };
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}
