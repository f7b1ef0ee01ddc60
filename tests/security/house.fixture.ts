import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  api,
  basic,
  callback,
  labApi,
  labSpa,
  labWeb,
  openIssuer,
  postToken,
  verifier,
  webSecret,
  type IssuerOptions,
  type TestBrowser,
  type TestIssuer,
} from '@ostiary/http/fixture';
import type { RegisteredClient, Settings } from '@ostiary/service';
import type { ApiId, ApiMetadata, ClientId, ClientMetadata, Digest, PublicJwk } from '@ostiary/wire';
import { SignJWT } from 'jose';

/** A second API, which one confidential client of its own may ask about. */
export const billing = 'https://billing.lab.example' as ApiId;

/** A client as the tests play it: how it is addressed and how it authenticates. */
export interface Party {
  id: string;
  redirectUri: string;
  fields: Record<string, string>;
  headers: Record<string, string>;
}

export const spa: Party = party('lab-spa', callback);
export const otherSpa: Party = party('other-spa', 'https://other.example/callback');
export const offlineSpa: Party = party('offline-spa', 'https://offline.example/callback');
export const strictSpa: Party = party('strict-spa', 'https://strict.example/callback');
export const native: Party = party('lab-native', 'http://127.0.0.1/callback');
export const web: Party = { ...party('lab-web', 'http://localhost:4002/callback'), fields: {}, headers: basic() };
export const otherWeb: Party = confidential('other-web', 'https://other-web.example/callback');
export const freeWeb: Party = confidential('no-pkce-web', 'https://no-pkce.example/callback');
export const billingApi: Party = confidential('billing-api', 'https://unused.example/callback');
export const worker: Party = confidential('worker', 'https://unused.example/callback');
export const oddWeb: Party = confidential('odd:+%& \u00e9', 'https://odd.example/callback', 's:+%& \u00fcn\u00ef=');
export const postWeb: Party = {
  ...party('post-web', 'https://post.example/callback'),
  fields: { client_id: 'post-web', client_secret: 'p:+%& \u00fcn\u00ef=' },
};

function party(id: string, redirectUri: string): Party {
  return { id, redirectUri, fields: { client_id: id }, headers: {} };
}

function confidential(id: string, redirectUri: string, secret = `secret of ${id}`): Party {
  return { id, redirectUri, fields: {}, headers: basic(id, secret) };
}

const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** Key of the client `lab-jwt`, which authenticates by private_key_jwt. */
export const clientKey: KeyObject = keyPair.privateKey;
const clientJwk = { ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'client-key', alg: 'ES256', use: 'sig' };

function secretHash(secret: string): Digest {
  return createHash('sha256').update(secret).digest('base64url') as Digest;
}

function registered(metadata: ClientMetadata, secret?: string): RegisteredClient {
  return secret === undefined ? { metadata } : { metadata, secretHash: secretHash(secret) };
}

function clientId(id: string): ClientId {
  return id as ClientId;
}

const both = { [api]: ['read:reports', 'eq1'], [billing]: ['read:invoices'] };

/** One client of every kind that this server knows. */
export function houseClients(): RegisteredClient[] {
  const spaLike = ({ id, redirectUri }: Party, changes: Partial<ClientMetadata> = {}) =>
    registered(labSpa({ client_id: clientId(id), redirect_uris: [redirectUri], allowedOrigins: [], ...changes }));
  const webLike = ({ id, redirectUri }: Party, secret: string, changes: Partial<ClientMetadata> = {}) =>
    registered(labWeb({ client_id: clientId(id), redirect_uris: [redirectUri], ...changes }), secret);
  const lone: Partial<ClientMetadata> = { type: 'service', grant_types: ['client_credentials'], response_types: [] };
  return [
    registered(labSpa({ apis: both })),
    spaLike(otherSpa),
    spaLike(offlineSpa, { refresh: { ...labSpa().refresh, boundTo: 'offline' } }),
    spaLike(strictSpa, { refresh: { ...labSpa().refresh, retrySeconds: 0 } }),
    spaLike(native, { type: 'native', redirect_uris: [native.redirectUri, 'com.example.app:/callback'] }),
    registered(labWeb({ apis: both }), webSecret),
    webLike(otherWeb, 'secret of other-web'),
    webLike(freeWeb, 'secret of no-pkce-web', { requirePkce: false }),
    webLike(billingApi, 'secret of billing-api', { ...lone, apis: { [billing]: ['read:invoices'] } }),
    webLike(worker, 'secret of worker', { ...lone, apis: { [api]: ['eq1'] } }),
    webLike(oddWeb, 's:+%& \u00fcn\u00ef='),
    webLike(postWeb, 'p:+%& \u00fcn\u00ef=', { token_endpoint_auth_method: 'client_secret_post' }),
    registered(
      labWeb({
        ...lone,
        client_id: clientId('lab-jwt'),
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [clientJwk as PublicJwk] },
      }),
    ),
  ];
}

function houseApis(): ApiMetadata[] {
  return [
    labApi(),
    labApi({ identifier: billing, name: 'Billing', scopes: { 'read:invoices': 'Read your invoices' } }),
  ];
}

/** An issuer with all those clients; every request comes from an address of its own, so that no limit hides an answer. */
export interface House extends TestIssuer {
  /** Always from the same address, as the limits see it. */
  requestFrom: TestIssuer['request'];
}

export async function openHouse(options: IssuerOptions & { settings?: Partial<Settings> } = {}): Promise<House> {
  const settings = { apis: houseApis(), clients: houseClients(), ...options.settings };
  const issuer = await openIssuer({ ...options, settings });
  let count = 0;
  const request: TestIssuer['request'] = (path, init, address) => {
    count += 1;
    return issuer.request(path, init, address ?? `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`);
  };
  return { ...issuer, request, requestFrom: issuer.request, browser: () => issuer.browser(request) };
}

/** A successful answer of the token endpoint. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
  [field: string]: unknown;
}

export interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

type Requester = Pick<TestIssuer, 'request'>;

/** A code for this client; the person signs in and allows as far as they are asked. */
export async function codeFor(
  browser: TestBrowser,
  client: Party = spa,
  changes: Record<string, string | undefined> = {},
  who = 'ada',
): Promise<string> {
  const answer = await browser.authorize({ client_id: client.id, redirect_uri: client.redirectUri, ...changes }, who);
  const code = answer.get('code');
  assert.ok(code, `no code: ${answer.toString()}`);
  return code;
}

/** Redeems a code; a change to '' leaves the parameter out. */
export function exchange(
  house: Requester,
  client: Party,
  code: string,
  changes: Record<string, string> = {},
): Promise<TokenAnswer> {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: client.redirectUri, code_verifier: verifier };
  return postToken(house, { ...fields, ...client.fields, ...changes }, client.headers);
}

export function renew(
  house: Requester,
  client: Party,
  token: string,
  changes: Record<string, string> = {},
): Promise<TokenAnswer> {
  const fields = { grant_type: 'refresh_token', refresh_token: token };
  return postToken(house, { ...fields, ...client.fields, ...changes }, client.headers);
}

/** Signs in, allows and redeems: the tokens of a new family. */
export async function tokensFor(
  house: House,
  client: Party = spa,
  { browser = house.browser(), changes = {}, who = 'ada', fields = {} }: TokensOptions = {},
): Promise<Tokens> {
  const code = await codeFor(browser, client, changes, who);
  return tokensIn(await exchange(house, client, code, fields));
}

interface TokensOptions {
  browser?: TestBrowser;
  /** Of the authorization request. */
  changes?: Record<string, string | undefined>;
  who?: string;
  /** Of the token request. */
  fields?: Record<string, string>;
}

export function tokensIn({ status, body }: TokenAnswer): Tokens {
  assert.equal(status, 200, JSON.stringify(body));
  return body as Tokens;
}

/** Asserts an error answer of the token, revocation and introspection endpoints. */
export function refusedWith(answer: TokenAnswer, error: string, status = error === 'invalid_client' ? 401 : 400): void {
  assert.deepEqual(
    { status: answer.status, error: answer.body['error'] },
    { status, error },
    JSON.stringify(answer.body),
  );
}

export async function introspect(
  house: Requester,
  token: string,
  client: Party = web,
  changes: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ token, ...client.fields, ...changes });
  const response = await house.request('/introspect', { method: 'POST', body, headers: client.headers });
  return (await response.json()) as Record<string, unknown>;
}

export async function isActive(house: Requester, token: string, client: Party = web): Promise<boolean> {
  return (await introspect(house, token, client))['active'] === true;
}

export function revoke(
  house: Requester,
  token: string,
  client: Party = spa,
  changes: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({ token, ...client.fields, ...changes });
  return house.request('/revoke', { method: 'POST', body, headers: client.headers });
}

export function userinfo(house: Requester, token: string): Promise<Response> {
  return house.request('/userinfo', { headers: { authorization: `Bearer ${token}` } });
}

/** Header and claims of a JWT, without any check. */
export function decode(jwt: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header, claims] = jwt.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client assertion of `lab-jwt` as RFC 10070 wants it, and whatever a test changes; `undefined` leaves a claim out. */
export async function assertion(house: House, changes: Record<string, unknown> = {}, key = clientKey): Promise<string> {
  const now = Math.floor(house.clock.now() / 1000);
  const claims = { iss: 'lab-jwt', sub: 'lab-jwt', aud: house.service.settings.issuer, iat: now, exp: now + 60 };
  return new SignJWT({ ...claims, jti: crypto.randomUUID(), ...changes })
    .setProtectedHeader({ alg: 'ES256', kid: 'client-key', typ: 'client-authentication+jwt' })
    .sign(key);
}

/** Asks for a token of the client itself with this assertion. */
export function withAssertion(house: Requester, jwt: string, changes: Record<string, string> = {}) {
  const fields = { grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: jwt };
  return postToken(house, { ...fields, ...changes });
}
