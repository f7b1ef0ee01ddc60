import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { api, basic, labApi, postToken } from '@ostiary/http/fixture';
import type { RegisteredApi } from '@ostiary/service';
import type { Digest } from '@ostiary/wire';
import {
  billing,
  introspect,
  isActive,
  openHouse,
  refusedWith,
  revoke,
  spa,
  tokensFor,
  type House,
  type Party,
} from './house.fixture.ts';

const secret = 's:+%& of the reports API';
const withSecret = (of: RegisteredApi, text: string): RegisteredApi => ({
  ...of,
  secretHash: createHash('sha256').update(text).digest('base64url') as Digest,
});
const party = (id: string, given: string): Party => ({ id, redirectUri: '', fields: {}, headers: basic(id, given) });
const reports = party(api, secret);
const invoices = party(billing, 'secret of the billing API');

let house: House;
before(async () => {
  const invoicesApi = labApi({ identifier: billing, name: 'Billing', scopes: { 'read:invoices': 'Read invoices' } });
  const apis = [withSecret(labApi(), secret), withSecret(invoicesApi, 'secret of the billing API')];
  house = await openHouse({ settings: { apis } });
});
after(() => house.close());

const ask = (headers: Record<string, string>, fields: Record<string, string> = {}, address?: string) =>
  house.request(
    '/introspect',
    { method: 'POST', body: new URLSearchParams({ token: 'x', ...fields }), headers },
    address,
  );

describe('RFC 7662 2.1: an API with a secret of its own', () => {
  it('learns of a token whose audience it is', async () => {
    const { access_token } = await tokensFor(house);
    const answer = await introspect(house, access_token, reports);
    assert.equal(answer['active'], true);
    assert.equal(answer['aud'], api);
    assert.equal(answer['client_id'], 'lab-spa');
  });

  it('also by client_id and client_secret in the form', async () => {
    const { access_token } = await tokensFor(house);
    const fields = { client_id: api, client_secret: secret };
    assert.equal(await isActive(house, access_token, { ...reports, headers: {}, fields }), true);
  });

  it('learns nothing of a token for another API, of a refresh token and of an ID token', async () => {
    const tokens = await tokensFor(house);
    assert.deepEqual(await introspect(house, tokens.access_token, invoices), { active: false });
    assert.deepEqual(await introspect(house, tokens.refresh_token, reports), { active: false });
    assert.deepEqual(await introspect(house, tokens.id_token, reports), { active: false });
  });

  it('sees at once that a token was taken back', async () => {
    const tokens = await tokensFor(house);
    await revoke(house, tokens.access_token);
    assert.deepEqual(await introspect(house, tokens.access_token, reports), { active: false });
  });

  it('cannot ask for tokens, and cannot revoke any', async () => {
    const asked = await postToken(house, { grant_type: 'client_credentials' }, reports.headers);
    refusedWith(asked, 'invalid_client');
    assert.equal((await revoke(house, 'x', reports)).status, 401);
  });
});

describe('whoever is not an API with the right secret', () => {
  const cases: [string, Record<string, string>, Record<string, string>][] = [
    ['a wrong secret', basic(api, 'wrong'), {}],
    ["another API's secret", basic(api, 'secret of the billing API'), {}],
    ['an empty secret', basic(api, ''), {}],
    ['no secret', {}, { client_id: api }],
    ['an unknown API', basic('https://nobody.example', secret), {}],
    ["a client's name with the secret of an API", basic(spa.id, secret), {}],
  ];
  for (const [name, headers, fields] of cases) {
    it(`${name} is refused with a challenge`, async () => {
      const answer = await ask(headers, fields);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /);
      assert.equal(((await answer.json()) as Record<string, unknown>)['error'], 'invalid_client');
    });
  }

  it('two methods at once are refused', async () => {
    assert.equal((await ask(reports.headers, { client_id: api, client_secret: secret })).status, 400);
  });

  it('who guesses is slowed down at their own address, and the API elsewhere is not', async () => {
    for (let guess = 0; guess < 30; guess += 1) {
      assert.equal((await ask(basic(api, `guess ${guess}`), {}, '192.0.2.1')).status, 401);
    }
    const slowed = await ask(reports.headers, {}, '192.0.2.1');
    assert.equal(slowed.status, 429);
    assert.ok(Number(slowed.headers.get('retry-after')) > 0);
    assert.equal((await ask(reports.headers, {}, '192.0.2.2')).status, 200);
  });
});

it('an API without a secret is nobody who could ask', async () => {
  const bare = await openHouse({ settings: { apis: [labApi()] } });
  const answer = await bare.request('/introspect', {
    method: 'POST',
    body: new URLSearchParams({ token: 'x' }),
    headers: basic(api, ''),
  });
  assert.equal(answer.status, 401);
  await bare.close();
});

it('no secret of an API stands in the log', () => {
  assert.ok(!house.log.join('\n').includes(secret));
});
