import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, basic, labSpa, labWeb, postToken } from '@ostiary/http/fixture';
import { clientAuthMethods, signingAlgs, type ClientId, type SigningAlg } from '@ostiary/wire';
import {
  assertion,
  codeFor,
  decode,
  exchange,
  houseClients,
  openHouse,
  postWeb,
  spa,
  tokensFor,
  tokensIn,
  web,
  withAssertion,
  type House,
} from './house.fixture.ts';

type Metadata = Record<string, string | string[] | boolean | undefined>;

let house: House;
let secure: House;
before(async () => {
  house = await openHouse();
  secure = await openHouse({ settings: { issuer: 'https://id.example:8443/auth', isDevelopment: false } });
});
after(async () => {
  await house.close();
  await secure.close();
});

async function json(issuer: House, url: string): Promise<Metadata> {
  const response = await issuer.request(url);
  assert.equal(response.status, 200, url);
  return (await response.json()) as Metadata;
}

function metadataOf(issuer: House): Promise<Metadata> {
  return json(issuer, `${issuer.service.settings.issuer}/.well-known/openid-configuration`);
}

function listOf(metadata: Metadata, name: string): string[] {
  const value = metadata[name];
  return Array.isArray(value) ? value : [];
}

const paths = [
  '/',
  '/authorize',
  '/sign-in',
  '/consent',
  '/end-session',
  '/v2/logout',
  '/account',
  '/token',
  '/revoke',
  '/introspect',
  '/userinfo',
  '/jwks',
  '/.well-known/openid-configuration',
  '/nothing',
];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];

it('row 1 (OAuth 2.1 1.5): every address in the metadata is https', async () => {
  for (const value of Object.values(await metadataOf(secure)).flat()) {
    assert.doesNotMatch(String(value), /^http:/);
  }
});

it('row 3 (ASVS 3.4.1): HSTS of a year or more on every answer over https', async () => {
  for (const path of paths) {
    for (const method of methods) {
      const { headers, status } = await secure.request(secure.service.settings.issuer + path, { method });
      const seconds = /max-age=(\d+); includeSubDomains/.exec(headers.get('strict-transport-security') ?? '')?.[1];
      assert.ok(Number(seconds) >= 31_536_000, `${method} ${path} ${status}`);
    }
  }
});

describe('row 4 (RFC 8414, Discovery, RFC 9207): the issuer is spelt one way', () => {
  for (const issuer of [
    'http://localhost:4000',
    'https://id.example',
    'https://id.example:8443',
    'https://id.example/tenant/a',
  ]) {
    it(issuer, async () => {
      const opened = await openHouse({ settings: { issuer, isDevelopment: true } });
      const base = new URL(issuer).pathname.replace(/\/$/, '');
      const { issuer: inMetadata } = await metadataOf(opened);
      const browser = opened.browser();
      // The browser of the fixture asks with the whole address, since its paths begin at the issuer.
      const asked = authorizeParameters({ prompt: 'none' }).toString();
      const refusal = await opened.request(`${issuer}/authorize?${asked}`);
      const inError = new URL(refusal.headers.get('location') ?? '').searchParams.get('iss');
      assert.deepEqual([inMetadata, inError], [issuer, issuer]);
      if (base === '') {
        const answer = await browser.authorize();
        const tokens = tokensIn(await exchange(opened, spa, answer.get('code') ?? ''));
        assert.equal(answer.get('iss'), issuer);
        assert.equal(decode(tokens.id_token).claims['iss'], issuer);
        assert.equal(decode(tokens.access_token).claims['iss'], issuer);
      }
      await opened.close();
    });
  }
});

describe('row 5 (RFC 8414 3.1, Discovery 4.1): both documents stand where they belong', () => {
  const addresses = [
    'https://id.example:8443/auth/.well-known/openid-configuration',
    'https://id.example:8443/.well-known/oauth-authorization-server/auth',
  ];
  for (const address of addresses) {
    it(address, async () => {
      const response = await secure.request(address);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.equal((await secure.request(address, { method: 'POST' })).status, 405);
    });
  }
  it('and nowhere else', async () => {
    for (const address of [
      'https://id.example:8443/.well-known/openid-configuration',
      'https://id.example:8443/auth/.well-known/oauth-authorization-server',
    ]) {
      assert.equal((await secure.request(address)).status, 404);
    }
  });
});

it('row 6 (RFC 8414 2): members without elements are left out', async () => {
  for (const [name, value] of Object.entries(await metadataOf(house))) {
    assert.notEqual(value, null, name);
    if (Array.isArray(value)) assert.ok(value.length > 0, name);
  }
});

it('row 8 (RFC 9700, RFC 9207): S256 alone, and iss in the answer', async () => {
  const metadata = await metadataOf(house);
  assert.deepEqual(metadata['code_challenge_methods_supported'], ['S256']);
  assert.equal(metadata['authorization_response_iss_parameter_supported'], true);
});

describe('row 9 (RFC 8414): the metadata tells the truth', () => {
  let metadata: Metadata;
  before(async () => {
    metadata = await metadataOf(house);
  });

  const errorOf = async (changes: Record<string, string | undefined>) => {
    const page = await house.browser().open(`/authorize?${authorizeParameters(changes).toString()}`);
    if (page.leftTo !== undefined) return new URL(page.leftTo).searchParams.get('error');
    return page.hidden['error'] ?? (page.html.includes('name="password"') ? undefined : `status ${page.status}`);
  };

  const single: [string, string, string[]][] = [
    [
      'response_types_supported',
      'response_type',
      ['code', 'token', 'id_token', 'code token', 'code id_token', 'id_token token', 'code id_token token', 'none'],
    ],
    [
      'response_modes_supported',
      'response_mode',
      ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'form_post.jwt', 'web_message'],
    ],
    ['code_challenge_methods_supported', 'code_challenge_method', ['S256', 'plain']],
    ['prompt_values_supported', 'prompt', ['login', 'consent', 'select_account', 'create']],
  ];
  for (const [member, parameter, registered] of single) {
    it(`${member}: what stands there works, and what does not is refused`, async () => {
      for (const value of registered) {
        const error = await errorOf({ [parameter]: value });
        assert.equal(error === undefined, listOf(metadata, member).includes(value), `${value}: ${error}`);
      }
    });
  }

  it('prompt_values_supported: none works', async () => {
    assert.equal(await errorOf({ prompt: 'none' }), 'login_required');
    assert.ok(listOf(metadata, 'prompt_values_supported').includes('none'));
  });

  it('grant_types_supported', async () => {
    const tokens = await tokensFor(house, web);
    const fields: Record<string, Record<string, string>> = {
      authorization_code: {
        code: await codeFor(house.browser(), web),
        redirect_uri: web.redirectUri,
        code_verifier: 'a-code-verifier-that-is-long-enough-for-rfc-7636',
      },
      refresh_token: { refresh_token: tokens.refresh_token },
      client_credentials: { scope: 'eq1' },
      implicit: {},
      password: { username: 'ada@example.com', password: 'ada-demo-password' },
      'urn:ietf:params:oauth:grant-type:jwt-bearer': { assertion: tokens.access_token },
      'urn:ietf:params:oauth:grant-type:saml2-bearer': { assertion: 'x' },
      'urn:ietf:params:oauth:grant-type:device_code': { device_code: 'x' },
      'urn:ietf:params:oauth:grant-type:token-exchange': { subject_token: tokens.access_token },
      'urn:openid:params:grant-type:ciba': { auth_req_id: 'x' },
    };
    for (const [grant_type, more] of Object.entries(fields)) {
      const { status, body } = await postToken(house, { grant_type, ...more }, basic());
      const isAdvertised = listOf(metadata, 'grant_types_supported').includes(grant_type);
      assert.equal(status === 200, isAdvertised, grant_type);
      if (!isAdvertised) assert.equal(body['error'], 'unsupported_grant_type');
    }
  });

  it('token_endpoint_auth_methods_supported', async () => {
    const own = { grant_type: 'client_credentials', scope: 'eq1' };
    tokensIn(await postToken(house, own, basic()));
    tokensIn(await postToken(house, { ...own, ...postWeb.fields }));
    tokensIn(await withAssertion(house, await assertion(house)));
    tokensIn(await exchange(house, spa, await codeFor(house.browser())));
    assert.deepEqual(
      listOf(metadata, 'token_endpoint_auth_methods_supported').toSorted(),
      [...clientAuthMethods].toSorted(),
    );
    for (const method of ['client_secret_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']) {
      assert.ok(!listOf(metadata, 'token_endpoint_auth_methods_supported').includes(method));
    }
  });

  it('id_token_signing_alg_values_supported: an ID token and an access token in each, and each key is published', async () => {
    const clients = signingAlgs.map((alg) => ({
      metadata: labSpa({ client_id: `in-${alg}` as ClientId, id_token_signed_response_alg: alg }),
    }));
    const many = await openHouse({ settings: { clients } });
    const advertised = listOf(await metadataOf(many), 'id_token_signing_alg_values_supported');
    assert.deepEqual(advertised.toSorted(), [...signingAlgs].toSorted());
    const { keys } = (await (await many.request('/jwks')).json()) as { keys: { alg: SigningAlg; kid: string }[] };
    for (const alg of signingAlgs) {
      const tokens = await tokensFor(many, { ...spa, id: `in-${alg}`, fields: { client_id: `in-${alg}` } });
      const { header } = decode(tokens.id_token);
      assert.equal(header['alg'], alg);
      assert.ok(keys.some((key) => key.alg === alg && key.kid === header['kid']));
    }
    await many.close();
  });

  it('scopes_supported: each is granted, another is not', async () => {
    for (const scope of listOf(metadata, 'scopes_supported')) {
      assert.equal(await errorOf({ scope: `openid ${scope}` }), undefined, scope);
    }
    assert.equal(await errorOf({ scope: 'unheard-of' }), 'invalid_scope');
  });

  it('the parameters said not to be supported are refused by their own errors', async () => {
    assert.deepEqual(
      [metadata['request_parameter_supported'], metadata['request_uri_parameter_supported']],
      [false, false],
    );
    assert.equal(await errorOf({ request: 'x' }), 'request_not_supported');
    assert.equal(await errorOf({ request_uri: 'https://x.example' }), 'request_uri_not_supported');
    assert.equal(await errorOf({ registration: '{}' }), 'registration_not_supported');
  });

  it('every endpoint answers, and no other is named', async () => {
    const named = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
    assert.equal(named.length, 8);
    for (const [name, url] of named) {
      const { status } = await house.request(String(url), { method: 'OPTIONS' });
      assert.ok([204, 405].includes(status), name);
    }
  });
});

describe('row 10 (Discovery, RFC 8725bis): the JWKS', () => {
  it('has public members alone, an algorithm, a use and a kid of its own for each key', async () => {
    const { keys } = (await (await house.request('/jwks')).json()) as { keys: Record<string, string>[] };
    const allowed = new Set(['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use']);
    for (const key of keys) {
      assert.deepEqual(
        Object.keys(key).filter((name) => !allowed.has(name)),
        [],
      );
      assert.equal(key['use'], 'sig');
      assert.ok(key['alg']);
    }
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
  });
});

it('row 11 (Core 10.1.1): the JWKS says how long it may be kept, and a retired key stays as long as its tokens', async () => {
  const opened = await openHouse();
  const response = await opened.request('/jwks');
  assert.match(response.headers.get('cache-control') ?? '', /max-age=[1-9]/);
  const kidsNow = async () =>
    ((await (await opened.request('/jwks')).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  const old = await kidsNow();
  await opened.service.keyring.rotate();
  for (const seconds of [0, 700, 3000]) {
    opened.clock.advance(seconds);
    for (const kid of old) assert.ok((await kidsNow()).includes(kid), `after ${seconds} s`);
  }
  opened.clock.advance(3600);
  for (const kid of old) assert.ok(!(await kidsNow()).includes(kid));
  await opened.close();
});

describe('row 12 (RFC 9700, RFC 10017): CORS', () => {
  const registered = 'http://localhost:4001';
  const shared = new Set(['/token', '/userinfo', '/revoke']);
  const open = new Set(['/jwks', '/.well-known/openid-configuration']);
  for (const path of paths) {
    it(path, async () => {
      for (const origin of [registered, 'https://evil.example', 'null', `${registered}.evil.example`]) {
        for (const method of ['OPTIONS', 'GET', 'POST']) {
          const headers = { origin, 'access-control-request-method': 'POST' };
          const response = await house.request(path, { method, headers });
          const allowed = response.headers.get('access-control-allow-origin');
          assert.equal(response.headers.get('access-control-allow-credentials'), null);
          if (shared.has(path)) assert.equal(allowed, origin === registered ? registered : null, `${method} ${origin}`);
          else assert.ok(allowed === null || (open.has(path) && allowed === '*'), `${method} ${origin}`);
        }
      }
    });
  }
});

it('row 13 (ASVS 4.1.4): every other method is 405 and names those that are not', async () => {
  for (const path of paths.filter((each) => each !== '/nothing')) {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND', 'SEARCH', 'X']) {
      const { status, headers } = await house.request(path, { method });
      assert.equal(status, 405, `${method} ${path}`);
      assert.match(headers.get('allow') ?? '', /^(GET|POST)(, (GET|POST))*$/);
    }
  }
});

it('row 14 (ASVS 13.4.6): nothing tells which software or version answers', async () => {
  const names = /\b(hono|node(\.js)?|express|undici|v\d+\.\d+\.\d+|sqlite|\/packages\/|at file:)/i;
  for (const path of [...paths, '/%ff', '/authorize?client_id=x']) {
    for (const method of methods) {
      const response = await house.request(path, { method, headers: { accept: 'text/html' } });
      assert.equal(response.headers.get('server'), null);
      assert.equal(response.headers.get('x-powered-by'), null);
      if (path !== '/jwks') assert.doesNotMatch(await response.text(), names, `${method} ${path}`);
    }
  }
});

it('row 142 (OIDC Core 14): identifiers are compared without Unicode normalisation', async () => {
  const composed = 'caf\u00e9';
  const metadata = labWeb({ client_id: composed as ClientId });
  const opened = await openHouse({ settings: { clients: [...houseClients(), { metadata }] } });
  const known = await opened.request(
    `/authorize?${authorizeParameters({ client_id: composed, redirect_uri: undefined }).toString()}`,
  );
  const decomposed = composed.normalize('NFD');
  const unknown = await opened.request(
    `/authorize?${authorizeParameters({ client_id: decomposed, redirect_uri: undefined }).toString()}`,
  );
  assert.deepEqual([known.status, unknown.status], [303, 400]);
  await opened.close();
});
