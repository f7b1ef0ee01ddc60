import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  api,
  authorizeParameters,
  basic,
  callback,
  labApi,
  labSpa,
  labWeb,
  openIssuer,
  redeem,
  refresh,
  verifier,
  webSecret,
  type TestBrowser,
  type TestIssuer,
} from '@ostiary/http/fixture';
import { causes, oauthErrors, type ApiId, type ClientId } from '@ostiary/wire';
import { withSecret } from '../support/served-issuer.ts';

const other = 'https://other.example' as ApiId;
const third = 'https://third.example' as ApiId;

let issuer: TestIssuer;
/** Signed in, with consent to the Lab SPA's usual request. */
let browser: TestBrowser;

before(async () => {
  const many = { [api]: ['eq1'], [other]: ['eq1', 'own'], [third]: ['odd'] };
  issuer = await openIssuer({
    settings: {
      apis: [
        labApi(),
        labApi({ identifier: other, scopes: { eq1: 'Use equipment 1', own: 'Own things' } }),
        labApi({ identifier: third, scopes: { odd: 'Do odd things' }, accessTokenAlg: 'RS256' }),
      ],
      clients: [
        { metadata: labSpa() },
        withSecret(labWeb()),
        withSecret(labWeb({ client_id: 'lab-many' as ClientId, apis: many })),
        { metadata: labWeb({ client_id: 'lab-jwt' as ClientId, token_endpoint_auth_method: 'private_key_jwt' }) },
      ],
    },
  });
  browser = issuer.browser();
  await browser.authorize();
});
after(() => issuer.close());

interface Answer {
  status: number;
  /** JSON, as it goes out. */
  text: string;
  challenge: string | null;
}

async function ask(path: string, init?: RequestInit): Promise<Answer> {
  const response = await issuer.request(path, init);
  return {
    status: response.status,
    text: await response.text(),
    challenge: response.headers.get('www-authenticate'),
  };
}

function post(path: string, fields: Record<string, string> | string[][], headers: Record<string, string> = {}) {
  return ask(path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

function errorBody(error: string, description: string): string {
  return JSON.stringify({ error, error_description: description });
}

const spa = { client_id: 'lab-spa' };
const exchange = { ...spa, grant_type: 'authorization_code', redirect_uri: callback, code_verifier: verifier };
const newCode = async () => (await browser.authorize()).get('code') ?? '';
const newTokens = async () => (await redeem(issuer, await newCode())).body;
const renewal = async () => ({
  ...spa,
  grant_type: 'refresh_token',
  refresh_token: String((await newTokens())['refresh_token']),
});
const forItself = (fields: Record<string, string>, client = 'lab-web') =>
  post('/token', { grant_type: 'client_credentials', ...fields }, basic(client));

describe('error bodies of the token endpoint', () => {
  const pins: [what: string, request: () => Promise<Answer>, status: number, error: string, description: string][] = [
    ['no grant_type', () => post('/token', spa), 400, 'invalid_request', 'grant_type is missing'],
    [
      'a grant_type nobody knows',
      () => post('/token', { ...spa, grant_type: 'password' }),
      400,
      'unsupported_grant_type',
      'grant_type is not supported',
    ],
    [
      'a parameter twice',
      () => post('/token', [...Object.entries(spa), ...Object.entries(spa)]),
      400,
      'invalid_request',
      'client_id is given more than once',
    ],
    [
      'a body that is no form',
      () => ask('/token', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
      400,
      'invalid_request',
      'the body must be application/x-www-form-urlencoded',
    ],
    [
      'a body that is too large',
      () => post('/token', { ...spa, state: 'x'.repeat(20_000) }),
      413,
      'invalid_request',
      'the body is too large',
    ],
    ['a secret in the address', () => post('/token?code=1', spa), 400, 'invalid_request', 'code is malformed'],
    [
      'two ways of authentication',
      () => post('/token', { client_secret: webSecret }, basic()),
      400,
      'invalid_request',
      'more than one method of client authentication was used',
    ],
    [
      'a grant the client may not use',
      () => post('/token', { ...spa, grant_type: 'client_credentials' }),
      400,
      'unauthorized_client',
      'the client may not use this grant_type',
    ],
    [
      'an unknown code',
      () => post('/token', { ...exchange, code: 'nonsense' }),
      400,
      'invalid_grant',
      'the authorization code is not valid',
    ],
    [
      'a wrong code_verifier',
      async () => post('/token', { ...exchange, code: await newCode(), code_verifier: 'z'.repeat(43) }),
      400,
      'invalid_grant',
      'code_verifier does not match the code_challenge',
    ],
    [
      'no code_verifier',
      async () => {
        const { code_verifier: _, ...rest } = exchange;
        return post('/token', { ...rest, code: await newCode() });
      },
      400,
      'invalid_grant',
      'code_verifier is missing',
    ],
    [
      'another redirect_uri',
      async () => post('/token', { ...exchange, code: await newCode(), redirect_uri: `${callback}/` }),
      400,
      'invalid_grant',
      'redirect_uri differs from the one in the authorization request',
    ],
    [
      'a code of another client',
      async () => {
        const { client_id: _, ...rest } = exchange;
        return post('/token', { ...rest, code: await newCode() }, basic());
      },
      400,
      'invalid_grant',
      'the authorization code is not valid',
    ],
    [
      'an unknown refresh token',
      () => post('/token', { ...spa, grant_type: 'refresh_token', refresh_token: 'nonsense' }),
      400,
      'invalid_grant',
      'the refresh token is not valid',
    ],
    [
      'a refresh token of another client',
      async () => {
        const { client_id: _, ...rest } = await renewal();
        return post('/token', rest, basic());
      },
      400,
      'invalid_grant',
      'the refresh token is not valid for this client',
    ],
    [
      'a scope that was not granted',
      async () => post('/token', { ...(await renewal()), scope: 'read:reports' }),
      400,
      'invalid_scope',
      'a requested scope goes beyond what was granted',
    ],
    [
      'a resource that was not granted',
      async () => post('/token', { ...(await renewal()), resource: other }),
      400,
      'invalid_target',
      'the requested resource goes beyond what was granted',
    ],
    [
      'an attempt that is none',
      async () => post('/token', { ...(await renewal()), attempt: 'short' }),
      400,
      'invalid_request',
      'attempt is malformed',
    ],
    [
      'a resource the client may not use',
      () => forItself({ resource: other }),
      400,
      'invalid_target',
      'the client may not use the requested resource',
    ],
    [
      'no API named, of several',
      () => forItself({}, 'lab-many'),
      400,
      'invalid_target',
      'the client may use several APIs; name one with resource or scope',
    ],
    [
      'a scope of two APIs',
      () => forItself({ scope: 'eq1' }, 'lab-many'),
      400,
      'invalid_target',
      'a requested scope belongs to more than one API; name the API with resource',
    ],
    [
      'APIs that sign differently',
      () => forItself({ scope: 'own odd' }, 'lab-many'),
      400,
      'invalid_target',
      'the requested resources sign with different algorithms; ask for one at a time',
    ],
  ];
  for (const [what, request, status, error, description] of pins) {
    it(what, async () => {
      assert.deepEqual(await request(), { status, text: errorBody(error, description), challenge: null });
    });
  }

  it('an expired code', async () => {
    const code = await newCode();
    issuer.clock.advance(61);
    const { status, text } = await post('/token', { ...exchange, code });
    assert.equal(status, 400);
    assert.equal(text, errorBody('invalid_grant', 'the authorization code has expired'));
  });

  it('the end of a grant comes with its cause', async () => {
    const code = await newCode();
    const { body: first } = await redeem(issuer, code);
    assert.deepEqual((await redeem(issuer, code)).body, {
      error: 'invalid_grant',
      error_description: 'the authorization code was used before',
      error_cause: 'code_replayed',
    });
    assert.deepEqual((await refresh(issuer, first['refresh_token'])).body, {
      error: 'invalid_grant',
      error_description: 'the grant has ended: code_replayed',
      error_cause: 'code_replayed',
    });
    const { refresh_token: spent } = await newTokens();
    const { body: second } = await refresh(issuer, spent);
    await refresh(issuer, second['refresh_token']);
    assert.deepEqual((await refresh(issuer, spent)).body, {
      error: 'invalid_grant',
      error_description: 'the refresh token was used before; this session has been ended',
      error_cause: 'reuse_detected',
    });
  });
});

describe('error bodies for clients that did not prove who they are', () => {
  const assertion = {
    client_id: 'lab-jwt',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'nonsense',
  };
  const pins: [what: string, fields: Record<string, string>, headers: Record<string, string>, description: string][] = [
    ['an unknown client', { client_id: 'nobody' }, {}, 'no such client'],
    ['no client at all', {}, {}, 'client authentication is required'],
    ['no authentication', { client_id: 'lab-web' }, {}, 'client authentication is required'],
    ['a wrong secret', {}, basic('lab-web', 'wrong'), 'client authentication failed'],
    [
      'another method',
      { client_id: 'lab-web', client_secret: webSecret },
      {},
      'the client is registered with another authentication method',
    ],
    ['an assertion that is none', assertion, {}, 'the client assertion is not acceptable'],
  ];
  for (const [what, fields, headers, description] of pins) {
    it(what, async () => {
      for (const path of ['/token', '/revoke', '/introspect']) {
        assert.deepEqual(await post(path, { ...fields, token: 'x', grant_type: 'client_credentials' }, headers), {
          status: 401,
          text: errorBody('invalid_client', description),
          challenge: `Basic realm="token endpoint", charset="UTF-8", error="invalid_client", error_description="${description}"`,
        });
      }
    });
  }

  it('too many attempts', async () => {
    let last = await issuer.request('/token', { method: 'POST' });
    for (let count = 0; count < 31; count += 1) {
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      last = await issuer.request('/token', { method: 'POST', body, headers: basic('lab-many', 'wrong') });
    }
    assert.equal(last.status, 429);
    assert.equal(last.headers.get('retry-after'), '2');
    assert.equal(await last.text(), errorBody('slow_down', 'too many attempts; try again later'));
  });
});

describe('error bodies of revocation and introspection', () => {
  it('revocation without a token', async () => {
    assert.equal((await post('/revoke', spa)).text, errorBody('invalid_request', 'token is missing'));
  });

  it('revocation of an unknown token is no error, and says nothing', async () => {
    assert.deepEqual(await post('/revoke', { ...spa, token: 'x' }), { status: 200, text: '', challenge: null });
  });

  it('introspection without a token', async () => {
    assert.equal((await post('/introspect', {}, basic())).text, errorBody('invalid_request', 'token is missing'));
  });

  it('introspection of an unknown token is no error', async () => {
    const { status, text } = await post('/introspect', { token: 'x' }, basic());
    assert.deepEqual([status, text], [200, '{"active":false}']);
  });

  it('introspection by a public client', async () => {
    const { status, text } = await post('/introspect', { ...spa, token: 'x' });
    assert.equal(status, 400);
    assert.equal(text, errorBody('unauthorized_client', 'only authenticated clients may introspect tokens'));
  });
});

describe('error bodies of UserInfo', () => {
  const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` });
  const said = (error: string, description: string) => ({
    text: errorBody(error, description),
    challenge: `Bearer error="${error}", error_description="${description}"`,
  });

  it('no token: a challenge without an error', async () => {
    const text = errorBody('invalid_token', 'an access token is required');
    assert.deepEqual(await ask('/userinfo'), {
      status: 401,
      text,
      challenge: 'Bearer, DPoP algs="ES256 RS256 PS256 EdDSA Ed25519"',
    });
  });

  it('a token that is none', async () => {
    const expected = { status: 401, ...said('invalid_token', 'the access token is not valid') };
    assert.deepEqual(await ask('/userinfo', { headers: bearer('nonsense') }), expected);
  });

  it('a token in two places', async () => {
    assert.deepEqual(await post('/userinfo', { access_token: 'x' }, bearer('x')), {
      status: 400,
      ...said('invalid_request', 'the access token was sent in more than one way'),
    });
  });

  it('a token without the scope openid', async () => {
    const { body } = await redeem(issuer, (await browser.authorize({ scope: 'eq1' })).get('code') ?? '');
    assert.deepEqual(await ask('/userinfo', { headers: bearer(body['access_token']) }), {
      status: 403,
      ...said('insufficient_scope', 'the access token lacks the scope openid'),
    });
  });
});

describe('error answers of the authorization endpoint', () => {
  const pins: [what: string, changes: Record<string, string | undefined>, error: string, description: string][] = [
    ['no response_type', { response_type: undefined }, 'invalid_request', 'response_type is missing'],
    [
      'another response_type',
      { response_type: 'token' },
      'unsupported_response_type',
      'response_type is not supported',
    ],
    ['another response_mode', { response_mode: 'fragment' }, 'invalid_request', 'response_mode is not supported'],
    [
      'no PKCE',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
      'code_challenge is required (PKCE with S256)',
    ],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method must be S256'],
    ['a malformed scope', { scope: '"' }, 'invalid_scope', 'scope is malformed'],
    [
      'unknown scopes alone',
      { scope: 'nonsense' },
      'invalid_scope',
      'none of the requested scopes is available to this client',
    ],
    [
      'prompt=none with others',
      { prompt: 'none login' },
      'invalid_request',
      'prompt=none cannot be combined with other values',
    ],
    ['an unknown prompt', { prompt: 'perhaps' }, 'invalid_request', 'prompt is malformed'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request', 'max_age is malformed'],
    ['a request object', { request: 'x' }, 'request_not_supported', 'request objects are not supported'],
    ['a request_uri', { request_uri: 'x' }, 'request_uri_not_supported', 'request_uri is not supported'],
    [
      'a registration',
      { registration: '{}' },
      'registration_not_supported',
      'the registration parameter is not supported',
    ],
    ['a foreign hint', { id_token_hint: 'x' }, 'invalid_request', 'id_token_hint is not an ID token of this issuer'],
    ['a foreign resource', { resource: other }, 'invalid_target', 'the client may not use the requested resource'],
    [
      'prompt=none for more than was allowed',
      { prompt: 'none', scope: 'openid read:reports' },
      'consent_required',
      'the user must give consent',
    ],
  ];
  for (const [what, changes, error, description] of pins) {
    it(what, async () => {
      const page = await browser.open(`/authorize?${authorizeParameters(changes).toString()}`);
      const expected = { error, error_description: description, state: 'state-1', iss: 'http://localhost:4000' };
      assert.deepEqual(Object.fromEntries(new URL(page.leftTo ?? '').searchParams), expected);
    });
  }

  it('prompt=none where nobody is signed in', async () => {
    const query = await issuer.browser().authorize({ prompt: 'none' });
    assert.deepEqual([query.get('error'), query.get('error_description')], ['login_required', 'the user must sign in']);
  });

  it('a person who turns back, and one who says no', async () => {
    const fresh = issuer.browser();
    const signIn = await fresh.open(`/authorize?${authorizeParameters({ scope: 'openid phone' }).toString()}`);
    const cancelled = new URL((await fresh.submit(signIn, { action: 'cancel' })).leftTo ?? '').searchParams;
    assert.deepEqual(
      [cancelled.get('error'), cancelled.get('error_description')],
      ['access_denied', 'the user cancelled the sign-in'],
    );
    const consent = await browser.open(`/authorize?${authorizeParameters({ scope: 'openid phone' }).toString()}`);
    const denied = new URL((await browser.submit(consent, { decision: 'deny' })).leftTo ?? '').searchParams;
    assert.deepEqual(
      [denied.get('error'), denied.get('error_description')],
      ['access_denied', 'the user did not allow access'],
    );
  });
});

describe('closed lists', () => {
  it('error codes', () => {
    assert.deepEqual(oauthErrors, [
      'invalid_request',
      'invalid_client',
      'invalid_grant',
      'invalid_scope',
      'invalid_target',
      'invalid_token',
      'insufficient_scope',
      'invalid_dpop_proof',
      'use_dpop_nonce',
      'unauthorized_client',
      'unsupported_grant_type',
      'unsupported_response_type',
      'unsupported_token_type',
      'access_denied',
      'login_required',
      'consent_required',
      'interaction_required',
      'account_selection_required',
      'unmet_authentication_requirements',
      'insufficient_authorization',
      'invalid_session',
      'redirect_to_web',
      'request_not_supported',
      'request_uri_not_supported',
      'registration_not_supported',
      'server_error',
      'temporarily_unavailable',
      'slow_down',
    ]);
  });

  it('causes', () => {
    assert.deepEqual(causes, [
      'signed_out',
      'signed_out_everywhere',
      'session_replaced',
      'device_removed',
      'consent_withdrawn',
      'consent_changed',
      'permission_removed',
      'user_disabled',
      'client_disabled',
      'reuse_detected',
      'code_replayed',
      'idle_expired',
      'absolute_expired',
      'superseded',
      'revoked_by_client',
      'exhausted',
      'history_lost',
    ]);
  });
});

describe('elsewhere', () => {
  it('addresses that are none, and methods that are not taken', async () => {
    assert.deepEqual(await ask('/nothing'), {
      status: 404,
      text: errorBody('invalid_request', 'there is nothing at this address'),
      challenge: null,
    });
    const response = await issuer.request('/token');
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
    assert.equal(await response.text(), errorBody('invalid_request', 'this address takes POST'));
  });
});
