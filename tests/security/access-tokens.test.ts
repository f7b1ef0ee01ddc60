import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { api, postToken } from '@ostiary/http/fixture';
import {
  billing,
  billingApi,
  codeFor,
  decode,
  exchange,
  introspect,
  isActive,
  openHouse,
  otherSpa,
  otherWeb,
  refusedWith,
  renew,
  revoke,
  spa,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  worker,
  type House,
  type Tokens,
} from './house.fixture.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

const allScopes = { scope: 'openid profile email offline_access eq1' };

/** Signs what the tests make up with the issuer's own key: only the checks behind the signature are left. */
function signed(claims: object, typ = 'at+jwt'): string {
  const { kid, alg, privateKey } = house.service.keyring.signingKey('ES256');
  const input = [{ alg, typ, kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

it('row 93 (RFC 9068 2): an access token has its type, its claims and an asymmetric algorithm', async () => {
  const { access_token } = await tokensFor(house);
  const { header, claims } = decode(access_token);
  assert.deepEqual([header['typ'], header['alg']], ['at+jwt', 'ES256']);
  for (const name of ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope']) assert.ok(claims[name], name);
  assert.equal(claims['client_id'], spa.id);
});

describe('row 94 (RFC 9068 3, RFC 8707): the audience', () => {
  const asked: [string, Record<string, string>, unknown][] = [
    ['of a scope is the API that owns it', { scope: 'openid eq1' }, api],
    ['of a scope of the other API', { scope: 'openid read:invoices' }, billing],
    ['of a resource', { scope: 'openid', resource: billing }, billing],
    ['of a resource by its alias', { scope: 'openid', audience: api }, api],
    ['of scopes of two APIs is both', { scope: 'openid eq1 read:invoices' }, [api, billing]],
    ['without any is the issuer', { scope: 'openid offline_access' }, 'http://localhost:4000'],
  ];
  for (const [what, changes, audience] of asked) {
    it(what, async () => {
      const tokens = await tokensFor(house, spa, { changes });
      assert.deepEqual(decode(tokens.access_token).claims['aud'], audience);
    });
  }
  it('of a service is its API, never itself', async () => {
    const tokens = tokensIn(await postToken(house, { grant_type: 'client_credentials' }, worker.headers));
    assert.equal(decode(tokens.access_token).claims['aud'], api);
  });
});

describe('row 95 (RFC 8725bis, ASVS 9.2.2): one kind of JWT is not another', () => {
  it('an ID token is no access token', async () => {
    const { id_token } = await tokensFor(house);
    assert.equal((await userinfo(house, id_token)).status, 401);
    assert.deepEqual(await introspect(house, id_token), { active: false });
  });
  it('an access token is no hint', async () => {
    const browser = house.browser();
    const { access_token } = await tokensFor(house, spa, { browser });
    assert.equal((await browser.open(`/end-session?id_token_hint=${access_token}`)).status, 400);
  });
  it('nor is one signed by us under another type', async () => {
    const { access_token } = await tokensFor(house);
    const { claims } = decode(access_token);
    for (const typ of ['JWT', 'jwt', 'rt+jwt', 'application/at+jwt', 'AT+JWT', 'logout+jwt', '']) {
      assert.equal((await userinfo(house, signed(claims, typ))).status, 401, typ);
    }
    assert.equal((await userinfo(house, signed(claims))).status, 200);
  });
});

it('row 96 (RFC 9068 5): the subject of a service is no user', async () => {
  const own = decode(
    tokensIn(await postToken(house, { grant_type: 'client_credentials' }, worker.headers)).access_token,
  );
  const { claims } = decode((await tokensFor(house)).access_token);
  assert.match(String(claims['sub']), /^usr_/);
  assert.equal(own.claims['sub'], 'worker');
  assert.equal(
    (
      await userinfo(
        house,
        tokensIn(await postToken(house, { grant_type: 'client_credentials' }, worker.headers)).access_token,
      )
    ).status,
    401,
  );
});

it('row 97 (RFC 10017, ASVS 14.2.6): an access token holds nothing personal', async () => {
  const { access_token } = await tokensFor(house, spa, { changes: allScopes });
  assert.doesNotMatch(JSON.stringify(decode(access_token).claims), /"ada|Ada Lovelace|@example|email"/i);
});

describe('row 98 (RFC 6750 2): one way to send a token', () => {
  let tokens: Tokens;
  const ask = (init: RequestInit, query = '') => house.request(`/userinfo${query}`, init);
  const header = () => ({ authorization: `Bearer ${tokens.access_token}` });
  const body = (fields: Record<string, string> = {}) =>
    new URLSearchParams({ access_token: tokens.access_token, ...fields });
  before(async () => {
    tokens = await tokensFor(house);
  });

  it('by header, by GET and POST; by body', async () => {
    assert.equal((await ask({ headers: header() })).status, 200);
    assert.equal((await ask({ method: 'POST', headers: header() })).status, 200);
    assert.equal((await ask({ method: 'POST', body: body() })).status, 200);
  });
  it('never by query', async () => assert.equal((await ask({}, `?access_token=${tokens.access_token}`)).status, 401));
  it('not two ways at once', async () => {
    assert.equal((await ask({ method: 'POST', headers: header(), body: body() })).status, 400);
  });
  it('not twice in the body', async () => {
    const twice = body();
    twice.append('access_token', 'another');
    const { status } = await ask({ method: 'POST', body: twice });
    assert.equal(status, 400);
  });
});

describe('row 99 (RFC 6750 3): the challenge', () => {
  const challenge = async (init: RequestInit) => {
    const { status, headers } = await house.request('/userinfo', init);
    return [status, headers.get('www-authenticate') ?? ''] as const;
  };
  it('without credentials: no error code', async () =>
    assert.deepEqual(await challenge({}), [401, 'Bearer, DPoP algs="ES256 RS256 PS256 EdDSA Ed25519"']));
  it('invalid_token', async () => {
    const [status, text] = await challenge({ headers: { authorization: 'Bearer x' } });
    assert.equal(status, 401);
    assert.match(text, /^Bearer error="invalid_token", error_description="[^"\\]+"$/);
  });
  it('insufficient_scope', async () => {
    const { access_token } = await tokensFor(house, spa, { changes: { scope: 'eq1' } });
    const [status, text] = await challenge({ headers: { authorization: `Bearer ${access_token}` } });
    assert.equal(status, 403);
    assert.match(text, /error="insufficient_scope"/);
  });
});

describe('row 101 (ASVS 9.2.1): times are numbers, and they count', () => {
  const nowSeconds = () => Math.floor(house.clock.now() / 1000);
  it('over at exp, not before', async () => {
    const { access_token } = await tokensFor(house);
    house.clock.advance(3599);
    assert.equal((await userinfo(house, access_token)).status, 200);
    house.clock.advance(1);
    assert.equal((await userinfo(house, access_token)).status, 401);
    assert.equal(await isActive(house, access_token), false);
  });
  for (const exp of [undefined, null, 'never', '9999999999', {}, [9_999_999_999], -1, 0, true]) {
    it(`exp ${JSON.stringify(exp)} is over, even in a token of our own`, async () => {
      const { claims } = decode((await tokensFor(house)).access_token);
      assert.equal((await userinfo(house, signed({ ...claims, exp }))).status, 401);
    });
  }
  it('and a good one in a token of our own is good', async () => {
    const { claims } = decode((await tokensFor(house)).access_token);
    assert.equal((await userinfo(house, signed({ ...claims, exp: nowSeconds() + 60 }))).status, 200);
    assert.equal((await userinfo(house, signed({ ...claims, iss: 'https://evil.example' }))).status, 401);
    assert.equal((await userinfo(house, signed({ ...claims, sub: 'usr_nobody' }))).status, 401);
  });
});

describe('rows 122 to 124 (RFC 7662): introspection', () => {
  const ask = (init: RequestInit) => house.request('/introspect', { method: 'POST', ...init });
  it('row 122: needs an authenticated caller', async () => {
    assert.equal((await ask({ body: new URLSearchParams({ token: 'x' }) })).status, 401);
    assert.equal((await ask({ body: new URLSearchParams({ token: 'x', client_id: web.id }) })).status, 401);
    const byPublic = await ask({ body: new URLSearchParams({ token: 'x', client_id: spa.id }) });
    assert.ok([400, 401].includes(byPublic.status));
    const { access_token } = await tokensFor(house);
    const bearer = await ask({
      headers: { authorization: `Bearer ${access_token}` },
      body: new URLSearchParams({ token: access_token }),
    });
    assert.equal(bearer.status, 401);
  });

  it('row 123: whatever is not active for this caller gets the same bytes', async () => {
    const old = tokensIn(await exchange(house, spa, await codeFor(house.browser())));
    house.clock.advance(3601);
    const live = await tokensFor(house);
    const gone = await tokensFor(house);
    await revoke(house, gone.access_token);
    const foreign = await tokensFor(house, spa, { changes: { scope: 'openid read:invoices' } });
    const cases: [string, string][] = [
      ['unknown', 'x'],
      ['expired', old.access_token],
      ['revoked', gone.access_token],
      ['an ID token', live.id_token],
      ["another client's refresh token", live.refresh_token],
      ['altered', live.access_token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))],
      ['for another API', foreign.access_token],
    ];
    for (const [what, token] of cases) {
      const response = await ask({ headers: worker.headers, body: new URLSearchParams({ token }) });
      assert.deepEqual([response.status, await response.text()], [200, '{"active":false}'], what);
    }
  });

  it('row 124: a caller sees the tokens meant for it', async () => {
    const forLab = await tokensFor(house);
    const forBilling = await tokensFor(house, spa, { changes: { scope: 'openid offline_access read:invoices' } });
    assert.deepEqual(
      [await isActive(house, forLab.access_token, worker), await isActive(house, forLab.access_token, billingApi)],
      [true, false],
    );
    assert.deepEqual(
      [
        await isActive(house, forBilling.access_token, worker),
        await isActive(house, forBilling.access_token, billingApi),
      ],
      [false, true],
    );
    const own = await tokensFor(house, web);
    assert.equal(await isActive(house, own.refresh_token, web), true);
    assert.equal(await isActive(house, own.refresh_token, otherWeb), false);
  });

  it('a wrong token_type_hint does no harm', async () => {
    const { access_token } = await tokensFor(house);
    for (const token_type_hint of ['refresh_token', 'access_token', 'pct', '__proto__']) {
      assert.equal((await introspect(house, access_token, web, { token_type_hint }))['active'], true);
    }
  });
});

describe('rows 125 to 127 (RFC 7009): revocation', () => {
  it('row 125: is seen by the next introspection, userinfo and refresh', async () => {
    const tokens = await tokensFor(house);
    await revoke(house, tokens.refresh_token);
    assert.equal(await isActive(house, tokens.access_token), false);
    assert.equal((await userinfo(house, tokens.access_token)).status, 401);
    refusedWith(await renew(house, spa, tokens.refresh_token), 'invalid_grant');
  });
  it("row 126: another client's token is left alone, and the answer does not tell", async () => {
    const tokens = await tokensFor(house);
    for (const stranger of [otherSpa, web]) {
      for (const token of [tokens.refresh_token, tokens.access_token]) {
        assert.equal((await revoke(house, token, stranger)).status, 200);
      }
    }
    assert.equal(await isActive(house, tokens.access_token), true);
    tokensIn(await renew(house, spa, tokens.refresh_token));
  });
  it('row 126: an unknown token is 200, a missing one is not', async () => {
    for (const token of ['x', 'ort_x', 'a.b.c', ' ']) assert.equal((await revoke(house, token)).status, 200);
    assert.equal((await revoke(house, '')).status, 400);
  });
  for (const token_type_hint of ['access_token', 'refresh_token', 'unheard_of']) {
    it(`row 126: the hint ${token_type_hint} does not mislead`, async () => {
      const tokens = await tokensFor(house);
      await revoke(house, tokens.refresh_token, spa, { token_type_hint });
      refusedWith(await renew(house, spa, tokens.refresh_token), 'invalid_grant');
    });
  }
  it('row 126: a confidential client must authenticate', async () => {
    const { refresh_token } = await tokensFor(house, web);
    const answer = await revoke(house, refresh_token, { ...web, headers: {}, fields: { client_id: web.id } });
    assert.equal(answer.status, 401);
    tokensIn(await renew(house, web, refresh_token));
  });
  it('row 126: an access token alone; the family goes on', async () => {
    const tokens = await tokensFor(house);
    await revoke(house, tokens.access_token);
    assert.equal(await isActive(house, tokens.access_token), false);
    assert.equal(await isActive(house, tokensIn(await renew(house, spa, tokens.refresh_token)).access_token), true);
  });
});

describe('rows 134 to 138 (OIDC Core 2, 5.3): ID token and userinfo', () => {
  it('row 134: the claims of an ID token', async () => {
    const { id_token, access_token } = await tokensFor(house, spa, { changes: { nonce: 'n'.repeat(200) } });
    const { claims, header } = decode(id_token);
    assert.deepEqual(
      [claims['iss'], claims['aud'], claims['nonce']],
      ['http://localhost:4000', spa.id, 'n'.repeat(200)],
    );
    assert.match(String(claims['sub']), /^[\x21-\x7e]{1,255}$/);
    for (const name of ['exp', 'iat', 'auth_time']) assert.ok(Number.isSafeInteger(claims[name]), name);
    assert.equal(claims['at_hash'], createHash('sha256').update(access_token).digest().toString('base64url', 0, 16));
    assert.notEqual(header['alg'], 'none');
  });
  it('row 135: no header that brings a key, no claim that nobody asked for', async () => {
    const { header, claims } = decode((await tokensFor(house)).id_token);
    assert.deepEqual(Object.keys(header).toSorted(), ['alg', 'kid', 'typ']);
    assert.deepEqual([claims['email'], claims['name']], [undefined, undefined]);
  });
  it('row 136: a nonce comes back as it went, and none where none was sent', async () => {
    for (const nonce of ['x', ' ', '\u00e9\u{1F600}', 'a'.repeat(1000)]) {
      const code = await codeFor(house.browser(), spa, { nonce });
      assert.equal(decode(tokensIn(await exchange(house, spa, code)).id_token).claims['nonce'], nonce);
    }
    assert.equal('nonce' in decode((await tokensFor(house)).id_token).claims, false);
  });
  it('row 138: userinfo by GET and POST has the sub of the ID token and the claims of the scopes', async () => {
    const tokens = await tokensFor(house, spa, { changes: allScopes });
    const { sub } = decode(tokens.id_token).claims;
    const expected = { name: 'Ada', email: 'ada@example.com', sub };
    assert.deepEqual(await (await userinfo(house, tokens.access_token)).json(), expected);
    const init = { method: 'POST', headers: { authorization: `Bearer ${tokens.access_token}` } };
    assert.deepEqual(await (await house.request('/userinfo', init)).json(), expected);
    const narrow = tokensIn(await renew(house, spa, tokens.refresh_token, { scope: 'openid' }));
    assert.deepEqual(await (await userinfo(house, narrow.access_token)).json(), { sub });
  });
});

describe('row 139 (RP-Initiated Logout): sign-out', () => {
  it('a hint of this very session ends it at once and goes to the registered address with state', async () => {
    for (const method of ['GET', 'POST']) {
      const browser = house.browser();
      const { id_token, refresh_token } = await tokensFor(house, spa, { browser });
      const query = new URLSearchParams({
        id_token_hint: id_token,
        post_logout_redirect_uri: 'http://localhost:4001/',
        state: 's&t',
      });
      const page =
        method === 'GET'
          ? await browser.open(`/end-session?${query.toString()}`)
          : await browser.open('/end-session', { method, body: query });
      assert.equal(page.leftTo, 'http://localhost:4001/?state=s%26t');
      refusedWith(await renew(house, spa, refresh_token), 'invalid_grant');
    }
  });
  it('any other asks the person', async () => {
    const browser = house.browser();
    await codeFor(browser);
    const earlier = await tokensFor(house, spa, { browser: house.browser() });
    for (const query of ['', `id_token_hint=${earlier.id_token}`, `client_id=${spa.id}`]) {
      const page = await browser.open(`/end-session?${query}`);
      assert.match(page.html, /name="decision"/, query);
      assert.equal((await browser.open('/account')).status, 200);
    }
  });
  it('a client_id that is not the audience of the hint is refused', async () => {
    const { id_token } = await tokensFor(house);
    const page = await house.browser().open(`/end-session?id_token_hint=${id_token}&client_id=${web.id}`);
    assert.equal(page.status, 400);
  });
});
