import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, basic, callback, challenge, labWeb, verifier } from '@ostiary/http/fixture';
import { oauthErrors, type ClientId } from '@ostiary/wire';
import fc from 'fast-check';
import { withSecret } from '../support/served-issuer.ts';
import {
  assertion,
  assertionType,
  codeFor,
  houseClients,
  openHouse,
  spa,
  tokensFor,
  tokensIn,
  renew,
  web,
  type House,
} from './house.fixture.ts';

/** Requests per property; more by the environment: `OSTIARY_FUZZ_RUNS=100000`. */
const numRuns = Number(process.env['OSTIARY_FUZZ_RUNS'] ?? 1500);

let house: House;
/** Real values of this issuer, to be cut and bent. */
let genuine: string[];
before(async () => {
  const changes = { directSignIn: true, believedUserAddress: true, redirect_uris: [] };
  const backEnd = withSecret(labWeb({ client_id: 'back-end' as ClientId, ...changes }));
  house = await openHouse({ settings: { clients: [...houseClients(), backEnd] } });
  const browser = house.browser();
  const page = await browser.open(`/authorize?${authorizeParameters().toString()}`);
  const tokens = await tokensFor(house, spa, { browser });
  genuine = [
    await codeFor(browser),
    tokens.refresh_token,
    tokens.access_token,
    tokens.id_token,
    page.hidden['ticket'] ?? '',
    page.hidden['csrf'] ?? '',
    ...[...browser.cookies].map(([name, value]) => `${name}=${value}`),
    basic().authorization,
    await assertion(house),
  ];
});
after(() => house.close());

const paths = [
  '/',
  '/authorize',
  '/authorize/resume',
  '/sign-in',
  '/consent',
  '/end-session',
  '/v2/logout',
  '/account',
  '/account/devices/remove',
  '/account/devices/remove-others',
  '/account/sign-out-everywhere',
  '/account/apps/withdraw',
  '/token',
  '/revoke',
  '/introspect',
  '/revocations',
  '/authorize-challenge',
  '/direct/sign-in',
  '/direct/refresh',
  '/userinfo',
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/development/clock',
  '/assets/ostiary.css',
  '/nothing',
  '/%',
  '/%ff%00',
  '//authorize',
  '/__proto__',
];
const methods = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];
const types = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'APPLICATION/X-WWW-FORM-URLENCODED;;;',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/html',
  '',
  ';',
];
const names = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'grant_type',
  'code',
  'code_verifier',
  'refresh_token',
  'attempt',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'resource',
  'audience',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'acr_values',
  'ui_locales',
  'display',
  'request',
  'request_uri',
  'registration',
  'claims',
  'code_challenge',
  'code_challenge_method',
  'token',
  'token_type_hint',
  'access_token',
  'ticket',
  'csrf',
  'username',
  'password',
  'action',
  'account',
  'decision',
  'device',
  'client',
  'confirm',
  'post_logout_redirect_uri',
  'advanceSeconds',
  'auth_session',
  'device_id',
  'device_name',
  'user_agent',
  'user_address',
  'returnTo',
  'since',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'a[b]',
  'a.b',
];
const likely = [
  spa.id,
  web.id,
  'lab-jwt',
  callback,
  'code',
  'S256',
  challenge,
  verifier,
  'openid',
  'offline_access eq1',
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'none',
  'login',
  'consent',
  'select_account',
  'query',
  'form_post',
  'allow',
  'deny',
  'yes',
  'sign_out',
  'cancel',
  'current',
  'ada@example.com',
  'ada-demo-password',
  assertionType,
  'https://api.lab.example',
  'de',
  '0',
  '-1',
];
const strange = [
  '',
  '\0',
  '\r\nSet-Cookie: x=y',
  '\ud800',
  '\ufeff',
  '\u202e',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '1e309',
  '9007199254740993',
  "' or '1'='1",
  '"; drop table users; --',
  '${7*7}',
  '{{7*7}}',
  '<%= 7*7 %>',
  '<script>',
  '../../etc/passwd',
  '%',
  '%zz',
  '%ff',
  'a'.repeat(8192),
  'a'.repeat(8193),
  ' '.repeat(4000),
  'eq1 '.repeat(2000),
  '{"a":'.repeat(1000),
  '[]',
  '.',
  '..',
  '...',
  'e30.e30.',
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJFUzI1NiIsImtpZCI6Il9fcHJvdG9fXyJ9.e30.AA',
];

/** A real value with one character changed, or cut, or doubled, or as it is. */
function bent(): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(), fc.nat(), fc.nat(4), fc.nat(255)).map(([which, at, how, byte]) => {
    const value = genuine[which % genuine.length] ?? '';
    const place = at % (value.length + 1);
    if (how === 0) return value;
    if (how === 1) return value.slice(0, place);
    if (how === 2) return value.slice(place);
    if (how === 3) return value + value;
    return value.slice(0, place) + String.fromCharCode(byte) + value.slice(place + 1);
  });
}

const values = fc.oneof(
  { arbitrary: fc.constantFrom(...likely), weight: 4 },
  { arbitrary: bent(), weight: 3 },
  { arbitrary: fc.constantFrom(...strange), weight: 2 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }), weight: 1 },
);
const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 12 })), values), {
  maxLength: 14,
});
const encodedPairs = pairs.map((list) => list.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'));
const bodies = fc.oneof(
  { arbitrary: encodedPairs, weight: 6 },
  { arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)), weight: 1 },
  { arbitrary: fc.json(), weight: 1 },
  { arbitrary: fc.constantFrom('%', '&&&', '=', 'a=%zz', `a=${'x'.repeat(70_000)}`, 'a=1&'.repeat(200)), weight: 1 },
);
const authorizations = fc.oneof(
  values,
  values.map((value) => `Bearer ${value}`),
  values.map((value) => `Basic ${Buffer.from(value).toString('base64')}`),
  fc.constantFrom(
    'Bearer',
    'Bearer ',
    'Basic',
    'DPoP x',
    'Digest username="a"',
    'bearer a b',
    'Basic ====',
    'Negotiate',
  ),
);
/** Proofs with any header and claims, signed by nobody; and anything else. */
const proofParts = fc.record({
  typ: fc.oneof(fc.constant('dpop+jwt'), values),
  alg: fc.oneof(fc.constantFrom('ES256', 'RS256', 'PS256', 'EdDSA', 'none'), values),
  jwk: fc.oneof(
    fc.record({
      kty: fc.constantFrom('EC', 'RSA', 'OKP'),
      crv: fc.constantFrom('P-256', 'Ed25519'),
      x: values,
      y: values,
    }),
    fc.record({ kty: fc.constant('RSA'), n: fc.constantFrom('A'.repeat(342), '_'.repeat(683)), e: values }),
    fc.jsonValue(),
  ),
  claims: fc.oneof(
    fc.record({
      jti: values,
      htm: fc.constantFrom(...methods),
      htu: fc.oneof(fc.constant('http://localhost:4000/token'), values),
      iat: fc.double(),
      nonce: fc.oneof(values, fc.constant(undefined)),
    }),
    fc.jsonValue(),
  ),
});
const proofs = fc.oneof(
  values,
  fc
    .tuple(proofParts, values)
    .map(([{ claims, ...header }, signature]) =>
      [JSON.stringify(header), JSON.stringify(claims), signature]
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.'),
    ),
);
const cookies = fc.array(
  fc.oneof(
    values,
    values.map((value) => `ostiary-session-4000=${value}`),
    values.map((value) => `ostiary-device-4000=${value}`),
  ),
  { maxLength: 4 },
);

const requests = fc.record(
  {
    path: fc.constantFrom(...paths),
    method: fc.constantFrom(...methods),
    query: encodedPairs,
    body: bodies,
    type: fc.constantFrom(...types),
    authorization: authorizations,
    dpop: proofs,
    cookie: cookies.map((list) => list.join('; ')),
    origin: fc.constantFrom('null', 'http://localhost:4001', 'https://evil.example', 'not an origin'),
    length: fc.constantFrom('0', '-1', 'NaN', '1e9', '99999999999999999999', '5'),
    language: fc.constantFrom('de', 'xx', '*', ';q=', 'en-'.repeat(500), '__proto__'),
  },
  { requiredKeys: ['path', 'method'] },
);
type Asked = typeof requests extends fc.Arbitrary<infer Value> ? Value : never;

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Headers that the Fetch standard lets through; it refuses the others before any server sees them. */
function headersOf(asked: Asked): Headers {
  const headers = new Headers();
  const all = {
    'content-type': asked.type,
    authorization: asked.authorization,
    dpop: asked.dpop,
    cookie: asked.cookie,
    origin: asked.origin,
    'content-length': asked.length,
    'accept-language': asked.language,
    'user-agent': asked.cookie,
  };
  for (const [name, value] of Object.entries(all)) {
    if (value === undefined) continue;
    try {
      headers.set(name, value);
    } catch {
      headers.set(name, encoded(value));
    }
  }
  return headers;
}

async function send(asked: Asked): Promise<Response> {
  const { path, method, query = '', body } = asked;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const url = `http://localhost:4000${path}${query === '' ? '' : `?${query}`}`;
  return house.request(url, { method, headers: headersOf(asked), ...(hasBody && body !== undefined && { body }) });
}

/** Every answer is one that the standards know. */
async function assertKnown(response: Response): Promise<void> {
  const { status, headers } = response;
  const text = await response.text();
  assert.ok(status < 500, `${status} ${text.slice(0, 300)}`);
  assert.ok([200, 204, 303, 400, 401, 403, 404, 405, 413, 429].includes(status), String(status));
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  if (headers.getSetCookie().length > 0) assert.equal(headers.get('cache-control'), 'no-store');
  if (status === 401) assert.notEqual(headers.get('www-authenticate'), null);
  if (status === 405) assert.notEqual(headers.get('allow'), null);
  if (status === 303) assertLocation(headers.get('location') ?? '');
  if (status >= 400 && headers.get('content-type') === 'application/json' && text !== '') {
    const { error } = JSON.parse(text) as { error: string };
    assert.ok(
      oauthErrors.some((known) => known === error),
      error,
    );
  }
}

/** To a page of the issuer, or to the address of a client with an answer of RFC 6749 4.1.2. */
function assertLocation(location: string): void {
  if (/^\/(?!\/)/.test(location)) return;
  assert.ok(location.startsWith(callback) || location.startsWith(web.redirectUri), location);
  const error = new URL(location).searchParams.get('error');
  assert.ok(error === null || oauthErrors.some((known) => known === error), location);
}

describe('row 174 (CVE-2026-9803): no input yields a 5xx, and every answer is one the standards know', () => {
  it('any route, method, content type and headers', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => assertKnown(await send(asked))),
      { numRuns },
    );
  });

  it('the JSON calls of a back end that authenticates', async () => {
    const good = { username: 'ada@example.com', password: 'ada-demo-password', device_id: 'phone' };
    const members = fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(values, fc.jsonValue())), { maxLength: 4 });
    const property = fc.asyncProperty(fc.constantFrom('sign-in', 'refresh'), members, async (call, list) => {
      const response = await house.request(`/direct/${call}`, {
        method: 'POST',
        body: JSON.stringify({ ...good, refresh_token: genuine[1], ...Object.fromEntries(list) }),
        headers: { 'content-type': 'application/json', ...basic('back-end') },
      });
      await assertKnown(response);
    });
    await fc.assert(property, { numRuns: numRuns / 5 });
  });

  const posts: [string, string][] = [
    ['/token', 'grant_type=authorization_code&client_id=lab-spa'],
    ['/token', 'grant_type=refresh_token&client_id=lab-spa'],
    ['/token', 'grant_type=client_credentials'],
    ['/authorize', authorizeParameters().toString()],
    ['/end-session', 'client_id=lab-spa'],
  ];
  for (const [path, base] of posts) {
    it(`${path}?${base.slice(0, 40)}... with one parameter or more replaced`, async () => {
      const property = fc.asyncProperty(pairs, authorizations, fc.boolean(), async (list, authorization, isForm) => {
        const form = new URLSearchParams(base);
        for (const [name, value] of list.slice(0, 3)) form.set(name, value.toWellFormed());
        const isShort = form.toString().length < 7000;
        const asked: Asked = isForm
          ? { path, method: 'POST', body: form.toString(), type: types[0] ?? '' }
          : { path, method: 'GET', query: isShort ? form.toString() : base };
        await assertKnown(
          await send(path === '/token' && base.includes('credentials') ? { ...asked, authorization } : asked),
        );
      });
      await fc.assert(property, { numRuns: Math.ceil(numRuns / 5) });
    });
  }

  it('real tokens, codes, cookies and tickets, each with one byte changed or cut, in every slot', async () => {
    const slots = [
      (value: string): Asked => ({ path: '/userinfo', method: 'GET', authorization: `Bearer ${value}` }),
      (value: string): Asked => ({ path: '/account', method: 'GET', cookie: value }),
      (value: string): Asked => ({ path: '/sign-in', method: 'GET', query: `ticket=${encoded(value)}` }),
      (value: string): Asked => ({ path: '/end-session', method: 'GET', query: `id_token_hint=${encoded(value)}` }),
      (value: string): Asked =>
        form('/token', { client_id: spa.id, grant_type: 'refresh_token', refresh_token: value }),
      (value: string): Asked => form('/token', { client_id: spa.id, grant_type: 'authorization_code', code: value }),
      (value: string): Asked =>
        form('/token', {
          grant_type: 'client_credentials',
          client_assertion: value,
          client_assertion_type: assertionType,
        }),
      (value: string): Asked => ({ ...form('/introspect', { token: value }), authorization: basic().authorization }),
      (value: string): Asked => form('/revoke', { token: `${value}x`, client_id: spa.id }),
      (value: string): Asked => ({
        ...form('/consent', { ticket: value, csrf: value, decision: 'allow' }),
        cookie: value,
      }),
    ];
    const property = fc.asyncProperty(bent(), fc.constantFrom(...slots), async (value, slot) => {
      await assertKnown(await send(slot(value)));
    });
    await fc.assert(property, { numRuns });
  });

  it('and afterwards everything works', async () => {
    const { refresh_token } = await tokensFor(house);
    tokensIn(await renew(house, spa, refresh_token));
    assert.deepEqual(
      house.log.filter((line) => line.includes('"unexpected"')),
      [],
    );
  });
});

function form(path: string, fields: Record<string, string>): Asked {
  return { path, method: 'POST', type: types[0] ?? '', body: new URLSearchParams(fields).toString() };
}
