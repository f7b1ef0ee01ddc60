import assert from 'node:assert/strict';
import { authorizeParameters } from '@ostiary/http/fixture';
import { codeFor, exchange, isActive, revoke, spa, tokensIn, userinfo, type House } from '../security/house.fixture.ts';

/** A public key of the issuer as its JWKS shows it. */
export async function publishedKeys(house: House): Promise<Record<string, string>[]> {
  const response = await house.request('/jwks');
  const { keys } = (await response.json()) as { keys: Record<string, string>[] };
  assert.ok(keys.length > 0);
  return keys;
}

/** A genuine token taken apart. */
export interface Genuine {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  parts: [string, string, string];
}

/** A compact JWS of this header and these claims, over which `sign` has its way. */
export function jws(header: object, claims: object, sign: (input: string) => Uint8Array): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${Buffer.from(sign(input)).toString('base64url')}`;
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * Forges a genuine access token and a genuine ID token and shows them at every place that takes one: userinfo,
 * introspection, revocation, and both endpoints that take an `id_token_hint`. None of them may believe it; the genuine
 * tokens are believed before and after.
 */
export async function assertNobodyBelieves(house: House, forge: (genuine: Genuine) => string): Promise<void> {
  const browser = house.browser();
  const tokens = tokensIn(await exchange(house, spa, await codeFor(browser)));
  assert.equal((await userinfo(house, tokens.access_token)).status, 200);
  const access = forge(genuine(tokens.access_token));
  const id = forge(genuine(tokens.id_token));
  assert.notEqual(access, tokens.access_token);
  const body = new URLSearchParams({ access_token: access });
  // What is no header value never arrives in one.
  if (/^[\x20-\x7e]*$/.test(access)) assert.equal((await userinfo(house, access)).status, 401, 'userinfo by header');
  assert.equal((await house.request('/userinfo', { method: 'POST', body })).status, 401, 'userinfo by body');
  assert.equal(await isActive(house, access), false, 'introspection');
  assert.equal((await revoke(house, access)).status, 200);
  const asked = authorizeParameters({ prompt: 'none', id_token_hint: id });
  const page = await browser.open(`/authorize?${asked.toString()}`);
  assert.equal(new URL(page.leftTo ?? '').searchParams.get('error'), 'invalid_request', 'authorization endpoint');
  const logout = await browser.open(`/end-session?${new URLSearchParams({ id_token_hint: id }).toString()}`);
  assert.equal(logout.status, 400, 'end-session endpoint');
  assert.equal(await isActive(house, tokens.access_token), true, 'the genuine token');
}

function genuine(jwt: string): Genuine {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const read = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: read(header), claims: read(claims), parts: [header, claims, signature] };
}
