import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, basic, callback, postToken, webSecret } from '@ostiary/http/fixture';
import { SignJWT, UnsecuredJWT } from 'jose';
import {
  assertion,
  assertionType,
  clientKey,
  codeFor,
  decode,
  exchange,
  introspect,
  isActive,
  native,
  oddWeb,
  openHouse,
  postWeb,
  refusedWith,
  renew,
  revoke,
  spa,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  withAssertion,
  worker,
  type House,
} from './house.fixture.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

const ownToken = { grant_type: 'client_credentials', scope: 'eq1' };

async function post(path: string, init: RequestInit): Promise<{ status: number; error: unknown }> {
  const response = await house.request(path, { method: 'POST', ...init });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, error: body['error'] };
}

describe('row 58 (OAuth 2.1 3.2): POST only, form-encoded, no credentials in the query', () => {
  for (const path of ['/token', '/introspect', '/revoke']) {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
      it(`${method} ${path} is 405`, async () => {
        const response = await house.request(`${path}?grant_type=client_credentials`, { method, headers: basic() });
        assert.equal(response.status, 405);
        assert.equal(response.headers.get('allow'), 'POST');
      });
    }

    it(`POST ${path} with JSON, plain text, multipart or no type is refused`, async () => {
      const json = { headers: { ...basic(), 'content-type': 'application/json' }, body: JSON.stringify(ownToken) };
      const text = {
        headers: { ...basic(), 'content-type': 'text/plain' },
        body: new URLSearchParams(ownToken).toString(),
      };
      const form = new FormData();
      form.set('grant_type', 'client_credentials');
      for (const init of [json, text, { headers: basic(), body: form }, { headers: basic() }]) {
        assert.deepEqual(await post(path, init), { status: 400, error: 'invalid_request' });
      }
    });

    for (const name of [
      'client_id',
      'client_secret',
      'client_assertion',
      'refresh_token',
      'code',
      'code_verifier',
      'token',
    ]) {
      it(`POST ${path}?${name}= is refused`, async () => {
        const body = new URLSearchParams({ ...ownToken, token: 'x' });
        const answer = await post(`${path}?${name}=x`, { headers: basic(), body });
        assert.deepEqual(answer, { status: 400, error: 'invalid_request' });
      });
    }
  }

  it('parameters in the query do not stand in for the body', async () => {
    const query = new URLSearchParams({ ...ownToken, client_id: web.id, client_secret: webSecret });
    const answer = await post(`/token?${query.toString()}`, { body: new URLSearchParams() });
    assert.equal(answer.status, 400);
  });
});

describe('row 59 (OAuth 2.1, ASVS 14.3.2): answers with tokens or credentials are never stored', () => {
  const answers: [string, () => Promise<Response>][] = [
    [
      '/token, granted',
      () => house.request('/token', { method: 'POST', headers: basic(), body: new URLSearchParams(ownToken) }),
    ],
    ['/token, refused', () => house.request('/token', { method: 'POST', body: new URLSearchParams(ownToken) })],
    ['/token, 405', () => house.request('/token')],
    [
      '/introspect',
      () =>
        house.request('/introspect', { method: 'POST', headers: basic(), body: new URLSearchParams({ token: 'x' }) }),
    ],
    [
      '/introspect, refused',
      () => house.request('/introspect', { method: 'POST', body: new URLSearchParams({ token: 'x' }) }),
    ],
    ['/revoke', () => revoke(house, 'x')],
    ['/revoke, refused', () => house.request('/revoke', { method: 'POST', body: new URLSearchParams() })],
    ['/userinfo', async () => userinfo(house, (await tokensFor(house)).access_token)],
    ['/userinfo, refused', () => userinfo(house, 'x')],
    ['/authorize', () => house.request(`/authorize?${authorizeParameters().toString()}`)],
    ['/sign-in', () => house.request('/sign-in')],
  ];
  for (const [what, ask] of answers) {
    it(what, async () => assert.equal((await ask()).headers.get('cache-control'), 'no-store'));
  }
});

describe('row 60 (OAuth 2.1 2.4, RFC 6749 2.3): one method, the registered one, nothing twice', () => {
  for (const name of [
    'grant_type',
    'client_id',
    'client_secret',
    'code',
    'redirect_uri',
    'refresh_token',
    'scope',
    'code_verifier',
    'attempt',
  ]) {
    it(`${name} twice is invalid_request`, async () => {
      const body = new URLSearchParams({ ...ownToken, ...postWeb.fields });
      body.append(name, 'one');
      body.append(name, 'two');
      assert.deepEqual(await post('/token', { body }), { status: 400, error: 'invalid_request' });
    });
  }

  it('Basic and a secret in the body', async () => {
    refusedWith(await postToken(house, { ...ownToken, client_secret: webSecret }, basic()), 'invalid_request');
  });
  it('Basic and an assertion', async () => {
    const fields = { client_assertion_type: assertionType, client_assertion: await assertion(house) };
    refusedWith(await postToken(house, { ...ownToken, ...fields }, basic()), 'invalid_request');
  });
  it('a secret and an assertion', async () => {
    refusedWith(await withAssertion(house, await assertion(house), { client_secret: webSecret }), 'invalid_request');
  });
  it('Basic and another client_id in the body', async () => {
    refusedWith(await postToken(house, { ...ownToken, client_id: 'worker' }, basic()), 'invalid_request');
  });
  it('Basic and the same client_id in the body is one method', async () => {
    tokensIn(await postToken(house, { ...ownToken, client_id: 'lab-web' }, basic()));
  });
  it('a secret in the body of a client registered for Basic', async () => {
    const fields = { ...ownToken, client_id: 'lab-web', client_secret: webSecret };
    refusedWith(await postToken(house, fields), 'invalid_client');
  });
  it('Basic of a client registered for private_key_jwt', async () => {
    refusedWith(await postToken(house, ownToken, basic('lab-jwt', 'anything')), 'invalid_client');
  });
  it('Basic of a client registered for client_secret_post', async () => {
    refusedWith(await postToken(house, ownToken, basic('post-web', postWeb.fields['client_secret'])), 'invalid_client');
  });
  it('an assertion of a client registered for a secret', async () => {
    const jwt = await assertion(house, { iss: 'lab-web', sub: 'lab-web' });
    refusedWith(await withAssertion(house, jwt), 'invalid_client');
  });
});

describe('row 61 (RFC 6749 5.2): 401 comes with WWW-Authenticate', () => {
  for (const [what, headers] of [
    ['wrong Basic', basic('lab-web', 'wrong')],
    ['no credentials', {}],
  ] as const) {
    it(what, async () => {
      const answer = await postToken(
        house,
        { ...ownToken, ...(what === 'wrong Basic' ? {} : { client_id: 'lab-web' }) },
        headers,
      );
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm="/);
    });
  }
});

describe('row 62 (RFC 6749 2.3.1, appendix B): any secret can be sent', () => {
  it('Basic: id and secret with :+%& space and non-ASCII letters, form-encoded', async () => {
    tokensIn(await postToken(house, ownToken, oddWeb.headers));
  });
  it('Basic: with + for the space, as HTML forms write it', async () => {
    const form = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
    const joined = `${form(oddWeb.id)}:${form('s:+%& \u00fcn\u00ef=')}`;
    tokensIn(await postToken(house, ownToken, { authorization: `Basic ${Buffer.from(joined).toString('base64')}` }));
  });
  it('client_secret_post: the same', async () => {
    tokensIn(await postToken(house, { ...ownToken, ...postWeb.fields }));
  });
  const broken = [
    '',
    'Basic',
    'Basic ',
    'Basic !',
    'Basic OnNlY3JldA==',
    'Basic bGFiLXdlYg==',
    'Basic JTphJQ==',
    'Bearer x',
    'basic',
  ];
  for (const authorization of broken) {
    it(`"${authorization}" is no credential`, async () => {
      const answer = await postToken(house, { ...ownToken, client_id: 'lab-web' }, { authorization });
      assert.ok([400, 401].includes(answer.status), String(answer.status));
      assert.ok(['invalid_client', 'invalid_request'].includes(String(answer.body['error'])));
    });
  }
  it('secrets that differ in one character, length, case or form are wrong', async () => {
    const wrong = [`${webSecret} `, webSecret.toUpperCase(), webSecret.slice(1), webSecret.slice(0, -1), ''];
    for (const secret of wrong)
      refusedWith(await postToken(house, ownToken, basic('lab-web', secret)), 'invalid_client');
  });
});

describe('row 63 (OAuth 2.1): guessing secrets is throttled', () => {
  const guess = (address: string, secret: string, path = '/token') =>
    house.requestFrom(
      path,
      { method: 'POST', headers: basic('worker', secret), body: new URLSearchParams({ ...ownToken, token: 'x' }) },
      address,
    );

  for (const path of ['/token', '/introspect', '/revoke']) {
    it(`${path}: 1,000 guesses, at most 30 of them tried; the right secret from elsewhere works`, async () => {
      const address = `192.0.2.${path.length}`;
      const statuses: number[] = [];
      for (let index = 0; index < 1000; index += 1)
        statuses.push((await guess(address, `guess ${index}`, path)).status);
      assert.equal(statuses.filter((status) => status === 401).length, 30);
      assert.equal(statuses.filter((status) => status === 429).length, 970);
      const throttled = await guess(address, 'secret of worker', path);
      assert.equal(throttled.status, 429);
      assert.match(throttled.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
      assert.equal((await guess('198.51.100.1', 'secret of worker', path)).status, 200);
    });
  }

  it('guesses at codes and refresh tokens are throttled, and a valid token is not', async () => {
    const { refresh_token } = await tokensFor(house);
    const from = { request: (path: string, init?: RequestInit) => house.requestFrom(path, init, '192.0.2.200') };
    const statuses: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      const answer =
        index % 2 === 0 ? await renew(from, spa, `ort_${index}`) : await exchange(from, spa, `code-${index}`);
      statuses.push(answer.status);
    }
    assert.deepEqual(new Set(statuses), new Set([400, 429]));
    tokensIn(await renew(from, spa, refresh_token));
  });
});

describe('row 64 (ASVS 11.2.4): secrets are stored as digests', () => {
  it('no code, ticket, cookie, token or password stands in the store', async () => {
    const browser = house.browser();
    const page = await browser.open(`/authorize?${authorizeParameters().toString()}`);
    const code = await codeFor(browser);
    const tokens = tokensIn(await exchange(house, spa, code));
    const secrets = [
      code,
      page.hidden['ticket'] ?? '',
      tokens.refresh_token,
      tokens.access_token,
      ...browser.cookies.values(),
    ];
    const user = await house.service.store.users.findByUsername('ada@example.com');
    assert.ok(user);
    const families = await house.service.store.families.listLiving(user.id);
    const stored = JSON.stringify([
      user,
      families,
      await house.service.store.sessions.listLiving(user.id),
      await house.service.store.devices.list(user.id),
      await house.service.store.audit.listRecent(500),
    ]);
    for (const secret of [...secrets, 'ada-demo-password', webSecret]) {
      assert.notEqual(secret, '');
      assert.ok(!stored.includes(secret));
    }
  });
});

describe('rows 65 and 66 (RFC 10070, OIDC Core 9, FAPI 2.0): client assertions', () => {
  const now = () => Math.floor(house.clock.now() / 1000);
  const issuer = 'http://localhost:4000';

  it('the issuer as a string is the audience', async () => {
    tokensIn(await withAssertion(house, await assertion(house)));
  });
  it('client_id may come along when it agrees', async () => {
    tokensIn(await withAssertion(house, await assertion(house), { client_id: 'lab-jwt' }));
    refusedWith(await withAssertion(house, await assertion(house), { client_id: 'lab-web' }), 'invalid_client');
  });

  const audiences: [string, unknown][] = [
    ['an array with the issuer alone', [issuer]],
    ['an array with the issuer and another', [issuer, 'https://evil.example']],
    ['the token endpoint', `${issuer}/token`],
    ['the token endpoint in an array', [`${issuer}/token`]],
    ['the introspection endpoint', `${issuer}/introspect`],
    ['the issuer with a slash', `${issuer}/`],
    ['the issuer in another case', issuer.toUpperCase()],
    ['another server', 'https://evil.example'],
    ['nothing', ''],
    ['left out', undefined],
    ['null', null],
    ['an object', { iss: issuer }],
  ];
  for (const [what, aud] of audiences) {
    it(`refuses the audience: ${what}`, async () => {
      refusedWith(await withAssertion(house, await assertion(house, { aud })), 'invalid_client');
    });
  }

  const claims: [string, () => Record<string, unknown>][] = [
    ['no jti', () => ({ jti: undefined })],
    ['no exp', () => ({ exp: undefined })],
    ['no iss', () => ({ iss: undefined })],
    ['no sub', () => ({ sub: undefined })],
    ['iss of another client', () => ({ iss: 'lab-web' })],
    ['sub of another client', () => ({ sub: 'lab-web' })],
    ['sub of a user', () => ({ sub: 'usr_x' })],
    ['expired', () => ({ iat: now() - 120, exp: now() - 60 })],
    ['expiring in a year', () => ({ exp: now() + 31_536_000 })],
    ['iat 61 s in the future', () => ({ iat: now() + 61, exp: now() + 120 })],
    ['nbf 61 s in the future', () => ({ nbf: now() + 61, exp: now() + 120 })],
    ['exp as text', () => ({ exp: String(now() + 60) })],
    ['exp beyond all numbers', () => ({ exp: 1e308 })],
    ['negative exp', () => ({ exp: -1 })],
    ['iat as text', () => ({ iat: 'now' })],
    ['nbf as text', () => ({ nbf: 'now' })],
    ['iss as a list', () => ({ iss: ['lab-jwt'] })],
  ];
  for (const [what, changes] of claims) {
    it(`refuses ${what}`, async () => {
      refusedWith(await withAssertion(house, await assertion(house, changes())), 'invalid_client');
    });
  }

  for (const seconds of [0, 10]) {
    it(`accepts iat and nbf ${seconds} s in the future`, async () => {
      const times = { iat: now() + seconds, nbf: now() + seconds };
      tokensIn(await withAssertion(house, await assertion(house, times)));
    });
  }

  it('a jti counts once: at the token endpoint, at the others, and until its exp has long passed', async () => {
    const jwt = await assertion(house);
    tokensIn(await withAssertion(house, jwt));
    refusedWith(await withAssertion(house, jwt), 'invalid_client');
    const body = new URLSearchParams({ token: 'x', client_assertion: jwt, client_assertion_type: assertionType });
    for (const path of ['/introspect', '/revoke']) {
      assert.deepEqual(await post(path, { body }), { status: 401, error: 'invalid_client' });
    }
    for (const seconds of [55, 5, 5, 4, 1, 100]) {
      house.clock.advance(seconds);
      refusedWith(await withAssertion(house, jwt), 'invalid_client');
    }
  });

  it('of 16 with the same jti at once, one counts', async () => {
    const jwt = await assertion(house);
    const answers = await Promise.all(Array.from({ length: 16 }, () => withAssertion(house, jwt)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  it('refuses a signature by another key, no signature, and a shared secret', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const { claims: payload } = decode(await assertion(house));
    const symmetric = await new SignJWT({ ...payload, jti: 'hs256' })
      .setProtectedHeader({ alg: 'HS256', kid: 'client-key' })
      .sign(Buffer.from(clientKey.export({ format: 'der', type: 'pkcs8' }).subarray(0, 64)));
    const forged = [await assertion(house, {}, other), new UnsecuredJWT(payload).encode(), symmetric];
    for (const jwt of forged) refusedWith(await withAssertion(house, jwt), 'invalid_client');
  });

  for (const type of ['', 'jwt-bearer', 'urn:ietf:params:oauth:grant-type:jwt-bearer']) {
    it(`refuses client_assertion_type "${type}"`, async () => {
      const answer = await withAssertion(house, await assertion(house), { client_assertion_type: type });
      refusedWith(answer, 'invalid_request');
    });
  }
});

it('row 67 (RFC 9700 2.5): asymmetric client authentication is offered', async () => {
  const response = await house.request('/.well-known/openid-configuration');
  const metadata = (await response.json()) as Record<string, string[]>;
  assert.ok(metadata['token_endpoint_auth_methods_supported']?.includes('private_key_jwt'));
});

describe('row 68 (OAuth 2.1 2.1, RFC 10017): a public client has no secret', () => {
  it('none is demanded', async () => {
    tokensIn(await exchange(house, spa, await codeFor(house.browser())));
  });
  it('and none makes it confidential', async () => {
    refusedWith(await postToken(house, { ...ownToken, client_id: spa.id, client_secret: 'x' }), 'invalid_client');
    refusedWith(await postToken(house, { ...ownToken, client_id: spa.id }), 'unauthorized_client');
    const answer = await house.request('/introspect', {
      method: 'POST',
      body: new URLSearchParams({ token: 'x', client_id: spa.id }),
    });
    assert.ok([400, 401].includes(answer.status));
  });
});

describe('row 70 (ASVS 10.4.4): a grant that is not registered is unauthorized_client', () => {
  it('client_credentials', async () => {
    const code = { grant_type: 'client_credentials' };
    for (const client of [spa, native])
      refusedWith(await postToken(house, { ...code, ...client.fields }), 'unauthorized_client');
  });
  it('authorization_code', async () => {
    const fields = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback };
    refusedWith(await postToken(house, fields, worker.headers), 'unauthorized_client');
  });
  it('refresh_token', async () => {
    const answer = await postToken(house, { grant_type: 'refresh_token', refresh_token: 'x' }, worker.headers);
    assert.equal(answer.status, 400);
    assert.ok(['unauthorized_client', 'invalid_grant'].includes(String(answer.body['error'])));
  });
  for (const grant_type of [
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:openid:params:grant-type:ciba',
    'Authorization_code',
    '__proto__',
    'constructor',
  ]) {
    it(`${grant_type} is unsupported_grant_type`, async () => {
      const fields = { grant_type, username: 'ada@example.com', password: 'ada-demo-password' };
      const answer = await postToken(house, fields, basic());
      assert.ok(['unsupported_grant_type', 'unauthorized_client'].includes(String(answer.body['error'])));
      assert.equal(answer.body['access_token'], undefined);
    });
  }
});

it('row 71 (RFC 6749 4.4.3): client_credentials gives no refresh token and no ID token', async () => {
  const { body } = await postToken(house, ownToken, basic());
  assert.deepEqual(Object.keys(body).toSorted(), ['access_token', 'expires_in', 'scope', 'token_type']);
});

describe('row 72 (RFC 6749 5.2): error fields keep to their characters and echo nothing', () => {
  const values = [
    '"quoted"',
    'back\\slash',
    '\u00fcmlaut',
    'line\nbreak',
    '\0',
    '<script>alert(1)</script>',
    '\u{1F600}',
    '%0d%0a',
    "' or 1=1",
  ];
  const names = [
    'grant_type',
    'client_id',
    'scope',
    'code',
    'refresh_token',
    'resource',
    'attempt',
    'code_verifier',
    'redirect_uri',
    'unheard-of"<',
  ];
  for (const name of names) {
    it(name, async () => {
      for (const value of values) {
        const canary = `canary${value}canary`;
        const requests: Record<string, string>[] = [ownToken, { grant_type: 'refresh_token', refresh_token: 'x' }];
        for (const fields of requests) {
          const { body } = await postToken(house, { ...fields, [name]: canary }, basic());
          for (const field of ['error', 'error_description']) {
            if (body[field] !== undefined)
              assert.match(JSON.stringify(body[field]).slice(1, -1), /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
          }
          assert.ok(!JSON.stringify(body['error_description'] ?? '').includes('canary'));
        }
      }
    });
  }
});

describe('row 73 (CVE-2025-64521): a client that was disabled', () => {
  let issuer: House;
  let before73: { access: string; refresh: string; own: string; code: string };
  before(async () => {
    issuer = await openHouse();
    const own = tokensIn(await postToken(issuer, ownToken, basic()));
    const tokens = await tokensFor(issuer, web);
    const code = await codeFor(issuer.browser(), web);
    before73 = { access: tokens.access_token, refresh: tokens.refresh_token, own: own.access_token, code };
    const ids = issuer.service.settings.clients.map(({ metadata }) => metadata.client_id);
    await issuer.service.store.clients.sync(
      ids.filter((id) => id !== web.id),
      issuer.clock.now(),
    );
  });
  after(() => issuer.close());

  it('cannot redeem a code', async () => {
    const { status, body } = await exchange(issuer, web, before73.code);
    assert.equal(status >= 400, true, JSON.stringify(body));
  });
  it('cannot refresh', async () => {
    assert.equal((await renew(issuer, web, before73.refresh)).body['error_cause'], 'client_disabled');
  });
  it('gets no token of its own', async () => {
    const { status, body } = await postToken(issuer, ownToken, basic());
    assert.equal(status >= 400, true);
    assert.equal(body['access_token'], undefined);
  });
  it('has no living access token', async () => {
    for (const token of [before73.access, before73.own]) assert.equal(await isActive(issuer, token, worker), false);
    assert.equal((await userinfo(issuer, before73.access)).status, 401);
  });
  it('learns nothing by introspection', async () => {
    const { access_token } = await tokensFor(issuer);
    assert.equal(await isActive(issuer, access_token, worker), true);
    assert.notEqual((await introspect(issuer, access_token, web))['active'], true);
  });
  it('cannot begin an authorization', async () => {
    const asked = authorizeParameters({ client_id: web.id, redirect_uri: web.redirectUri });
    const page = await issuer.browser().open(`/authorize?${asked.toString()}`);
    assert.equal(page.status, 400);
    assert.equal(page.leftTo, undefined);
  });
});
