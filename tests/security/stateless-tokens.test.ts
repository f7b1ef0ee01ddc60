import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { labWeb, webSecret } from '@ostiary/http/fixture';
import { digest, disableUser, enableUser, signOutUser } from '@ostiary/service';
import { phone, phoneClient, phoneTokens } from './direct.fixture.ts';
import { encode, prover, renewWith } from './dpop.fixture.ts';
import {
  decode,
  houseClients,
  introspect,
  isActive,
  openHouse,
  otherWeb,
  refusedWith,
  renew,
  revoke,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  type House,
} from './house.fixture.ts';

const refresh = { rotation: 'off', boundTo: 'offline', stateless: true, absoluteSeconds: 86_400 } as const;

let house: House;
before(async () => {
  const others = houseClients().filter(({ metadata }) => metadata.client_id !== 'lab-web');
  const stateless = { metadata: labWeb({ refresh }), secretHash: digest(webSecret) };
  const bound = { metadata: phoneClient({ dpop_bound_access_tokens: true, refresh }) };
  house = await openHouse({ settings: { clients: [...others, stateless, bound] } });
});
after(() => house.close());

/** The same three parts with another in one place. */
function forged(token: string, changes: { header?: object; claims?: object; key?: string }): string {
  const { header, claims } = decode(token);
  const input = `${encode({ ...header, ...changes.header })}.${encode({ ...claims, ...changes.claims })}`;
  const mac = createHmac('sha256', changes.key ?? 'guessed')
    .update(input)
    .digest('base64url');
  return `${input}.${mac}`;
}

describe('S5.7: a refresh token that is its own record', () => {
  it('renews, and writes no row', async () => {
    const tokens = await tokensFor(house, web);
    const { header, claims } = decode(tokens.refresh_token);
    assert.deepEqual([header['typ'], header['alg']], ['rt+jwt', 'HS256']);
    assert.deepEqual([claims['aud'], claims['iss']], ['http://localhost:4000', 'http://localhost:4000']);
    assert.equal(tokens['refresh_token_expires_in'], 86_400);
    const commits = await commitsDuring(async () => {
      const again = tokensIn(await renew(house, web, tokens.refresh_token));
      assert.equal(again.refresh_token, tokens.refresh_token);
      assert.equal((await userinfo(house, again.access_token)).status, 200);
    });
    assert.equal(commits, 0);
    assert.deepEqual(await familiesOfAda(), []);
  });

  it('is over at its end, and no earlier', async () => {
    const tokens = await tokensFor(house, web);
    house.clock.advance(86_399);
    tokensIn(await renew(house, web, tokens.refresh_token));
    house.clock.advance(1);
    const answer = await renew(house, web, tokens.refresh_token);
    refusedWith(answer, 'invalid_grant');
    assert.equal(answer.body['error_cause'], 'absolute_expired');
  });

  it('ends with its user, and does not come back with them', async () => {
    const tokens = await tokensFor(house, web, { who: 'bob' });
    await disableUser(house.service, 'bob@example.com');
    assert.equal((await renew(house, web, tokens.refresh_token)).body['error_cause'], 'user_disabled');
    assert.equal((await userinfo(house, tokens.access_token)).status, 401);
    await enableUser(house.service, 'bob@example.com');
    assert.equal((await renew(house, web, tokens.refresh_token)).body['error_cause'], 'signed_out_everywhere');
  });

  it('ends when its user signs out everywhere; a new one goes on', async () => {
    const tokens = await tokensFor(house, web, { who: 'bob' });
    await signOutUser(house.service, 'bob@example.com');
    assert.equal((await renew(house, web, tokens.refresh_token)).body['error_cause'], 'signed_out_everywhere');
    assert.equal((await userinfo(house, tokens.access_token)).status, 401);
    tokensIn(await renew(house, web, (await tokensFor(house, web, { who: 'bob' })).refresh_token));
  });

  it('introspection tells its own client, and revocation ends it until it would have been over', async () => {
    const tokens = await tokensFor(house, web);
    const told = await introspect(house, tokens.refresh_token);
    assert.deepEqual([told['active'], told['token_type'], told['client_id']], [true, 'refresh_token', 'lab-web']);
    assert.equal(await isActive(house, tokens.refresh_token, otherWeb), false);
    await revoke(house, tokens.refresh_token, otherWeb);
    tokensIn(await renew(house, web, tokens.refresh_token));
    assert.equal((await revoke(house, tokens.refresh_token, web)).status, 200);
    assert.equal((await renew(house, web, tokens.refresh_token)).body['error_cause'], 'revoked_by_client');
    assert.equal(await isActive(house, tokens.refresh_token), false);
  });

  it('revoked, it is no news for APIs: no access token names it, and it would stay in their feed as long as it lives', async () => {
    const tokens = await tokensFor(house, web);
    await revoke(house, tokens.refresh_token, web);
    await revoke(house, tokens.access_token, web);
    const { batch } = await house.service.feed.poll(undefined);
    const entries = decode(batch).claims['entries'] as { k: string; h: string }[];
    const told = entries.filter(({ k }) => k === 'jti').map(({ h }) => h);
    assert.ok(told.includes(String(decode(tokens.access_token).claims['jti'])));
    assert.equal(told.includes(String(decode(tokens.refresh_token).claims['jti'])), false);
  });
});

describe('rows 196 and 197 (RFC 8725): nothing else passes for it', () => {
  it('a changed, re-signed or unsigned token is unknown', async () => {
    const { refresh_token: token } = await tokensFor(house, web);
    const [head, body, mac] = token.split('.') as [string, string, string];
    const none = `${encode({ alg: 'none', typ: 'rt+jwt', kid: '0' })}.${body}.`;
    const tokens = [
      forged(token, { claims: { exp: 9_999_999_999 } }),
      forged(token, { header: { alg: 'none' } }),
      forged(token, { header: { kid: '9' } }),
      `${head}.${encode({ ...decode(token).claims, sub: 'usr_eve' })}.${mac}`,
      `${head}.${body}.${mac}=`,
      `${head}.${body}.`,
      none,
      `${token}.x`,
    ];
    for (const each of tokens) refusedWith(await renew(house, web, each), 'invalid_grant');
    tokensIn(await renew(house, web, token));
  });

  it('it is no access token, and an access or ID token is no refresh token', async () => {
    const tokens = await tokensFor(house, web);
    assert.equal((await userinfo(house, tokens.refresh_token)).status, 401);
    for (const other of [tokens.access_token, tokens.id_token])
      refusedWith(await renew(house, web, other), 'invalid_grant');
  });

  it('its key is in no key set, and signs nothing else', async () => {
    const tokens = await tokensFor(house, web);
    const { keys } = (await (await house.request('/jwks')).json()) as { keys: { kid: string; kty: string }[] };
    const { kid } = decode(tokens.refresh_token).header;
    assert.ok(keys.every((key) => key.kid !== kid && key.kty !== 'oct'));
  });

  it('another client cannot use it, nor its own without its secret', async () => {
    const { refresh_token: token } = await tokensFor(house, web);
    refusedWith(await renew(house, otherWeb, token), 'invalid_grant');
    tokensIn(await renew(house, web, token));
  });

  it('what was made before a restore does not come back to life', async () => {
    const { refresh_token: token } = await tokensFor(house, web);
    const { keyring } = house.service;
    const epoch = keyring.restoreEpoch();
    keyring.restoreEpoch = () => epoch + 1;
    refusedWith(await renew(house, web, token), 'invalid_grant');
    keyring.restoreEpoch = () => epoch;
    tokensIn(await renew(house, web, token));
  });
});

describe('row 104: with a key, it is bound to it', () => {
  it('a token of an installed app is worthless on another device, and goes on at home', async () => {
    const key = prover();
    const tokens = await phoneTokens(house, key);
    assert.deepEqual(decode(tokens.refresh_token).claims['cnf'], { jkt: key.jkt });
    refusedWith(await renewWith(house, prover(), tokens.refresh_token, { client: phone }), 'invalid_grant');
    assert.equal((await renewWith(house, key, tokens.refresh_token, { client: phone })).status, 200);
  });
});

async function familiesOfAda() {
  const user = await house.service.store.users.findByUsername('ada@example.com');
  return user === undefined ? [] : house.service.store.families.listLiving(user.id);
}

async function commitsDuring(work: () => Promise<void>): Promise<number> {
  const { store } = house.service;
  const commit = store.commit.bind(store);
  let count = 0;
  store.commit = (plan) => {
    count += 1;
    return commit(plan);
  };
  try {
    await work();
  } finally {
    store.commit = commit;
  }
  return count;
}
