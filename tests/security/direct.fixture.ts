import assert from 'node:assert/strict';
import { challenge, labSpa, verifier, type TestIssuer } from '@ostiary/http/fixture';
import type { ClientId, ClientMetadata } from '@ostiary/wire';
import { nonceOf, withProof, type ProofChanges, type Prover } from './dpop.fixture.ts';
import { exchange, tokensIn, type House, type Party, type TokenAnswer, type Tokens } from './house.fixture.ts';

/** An app of the house on a device of its own: it asks for the password itself and holds a key. */
export const phone: Party = { id: 'lab-phone', redirectUri: '', fields: { client_id: 'lab-phone' }, headers: {} };

export function phoneClient(changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return labSpa({
    client_id: 'lab-phone' as ClientId,
    client_name: 'Lab Phone',
    type: 'device',
    redirect_uris: [],
    allowedOrigins: [],
    directSignIn: true,
    refresh: { rotation: 'on', boundTo: 'offline', idleSeconds: 2_592_000, absoluteSeconds: 15_552_000 },
    ...changes,
  });
}

export const ada = { username: 'ada@example.com', password: 'ada-demo-password' };

/** What the app asks for, and nothing else. */
export const askedFor = {
  response_type: 'code',
  scope: 'openid offline_access eq1',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

interface ChallengeOptions {
  client?: Party;
  proof?: string;
  changes?: ProofChanges;
  address?: string;
  headers?: Record<string, string>;
}

/** A proof of this key for the challenge endpoint. */
export async function challengeProof(house: House, key: Prover, changes: ProofChanges = {}): Promise<string> {
  const nonce = await nonceOf(house);
  const htu = `${house.service.settings.issuer}/authorize-challenge`;
  return key.prove(house, { ...changes, claims: { nonce, htu, ...changes.claims } });
}

/** Posts to the challenge endpoint with a proof of this key; fields that are '' are left out. */
export async function postChallenge(
  house: House,
  key: Prover | undefined,
  fields: Record<string, string>,
  { client = phone, proof, changes, address, headers = {} }: ChallengeOptions = {},
): Promise<TokenAnswer> {
  const dpop = proof ?? (key && (await challengeProof(house, key, changes)));
  const response = await house.request(
    '/authorize-challenge',
    {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...client.fields }),
      headers: { ...client.headers, ...(dpop && { dpop }), ...headers },
    },
    address,
  );
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, headers: response.headers };
}

/** A code by name and password. */
export async function codeByPassword(
  house: House,
  key: Prover,
  fields: Record<string, string> = {},
  options: ChallengeOptions = {},
): Promise<string> {
  const { status, body } = await postChallenge(house, key, { ...askedFor, ...ada, ...fields }, options);
  assert.equal(status, 200, JSON.stringify(body));
  return String(body['authorization_code']);
}

/** Redeems a code of the challenge endpoint with a proof of this key. */
export async function redeemWith(house: House, key: Prover, code: string, client: Party = phone): Promise<TokenAnswer> {
  const proof = key.prove(house, { claims: { nonce: await nonceOf(house) } });
  return exchange(house, withProof(client, proof), code, { redirect_uri: '', code_verifier: verifier });
}

/** The whole way of an installed app: password, code, tokens. */
export async function phoneTokens(house: House, key: Prover, fields: Record<string, string> = {}): Promise<Tokens> {
  return tokensIn(await redeemWith(house, key, await codeByPassword(house, key, fields)));
}

/** The user's devices as the store has them. */
export async function devicesOf({ service }: Pick<TestIssuer, 'service'>, username = ada.username) {
  const user = await service.store.users.findByUsername(username);
  assert.ok(user);
  return service.store.devices.list(user.id);
}
