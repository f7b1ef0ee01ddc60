import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { basic, labSpa, labWeb, openIssuer, postToken, redeem, refresh, type TestIssuer } from '@ostiary/http/fixture';
import { withSecret } from '../support/served-issuer.ts';

const iat = Date.UTC(2026, 5, 1, 12) / 1000;
const exp = iat + 3600;

describe('tokens', () => {
  let issuer: TestIssuer;
  before(async () => {
    const endless = { rotation: 'on', boundTo: 'offline' } as const;
    issuer = await openIssuer({
      settings: { clients: [{ metadata: labSpa() }, withSecret(labWeb({ refresh: endless }))] },
    });
  });
  after(() => issuer.close());

  async function signIn(changes: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const code = (await issuer.browser().authorize(changes)).get('code') ?? '';
    return (await redeem(issuer, code)).body;
  }

  it('the answer to a code and to a refresh has these fields, in this order', async () => {
    const answer = await signIn();
    const fields = [
      'access_token',
      'token_type',
      'expires_in',
      'scope',
      'id_token',
      'refresh_token',
      'refresh_token_expires_in',
      'refresh_token_timeout',
      'authorization_expires_in',
    ];
    assert.deepEqual(Object.keys(answer), fields);
    assert.deepEqual(Object.keys((await refresh(issuer, answer['refresh_token'])).body), fields);
    const { token_type, expires_in, scope, refresh_token_expires_in, refresh_token_timeout, authorization_expires_in } =
      answer;
    assert.deepEqual(
      { token_type, expires_in, scope, refresh_token_expires_in, refresh_token_timeout, authorization_expires_in },
      {
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'openid offline_access eq1',
        refresh_token_expires_in: 1_209_600,
        refresh_token_timeout: 1_209_600,
        authorization_expires_in: 7_776_000,
      },
    );
  });

  it('without offline_access, without openid and for a client itself there are fewer', async () => {
    const plain = ['access_token', 'token_type', 'expires_in', 'scope'];
    assert.deepEqual(Object.keys(await signIn({ scope: 'openid eq1' })), [...plain, 'id_token']);
    assert.deepEqual(Object.keys(await signIn({ scope: 'eq1' })), plain);
    const { body } = await postToken(issuer, { grant_type: 'client_credentials' }, basic());
    assert.deepEqual(Object.keys(body), plain);
  });

  it('the access token of a user has this header and these claims', async () => {
    const { header, claims } = decode((await signIn())['access_token']);
    assert.deepEqual(header, { alg: 'ES256', typ: 'at+jwt', kid: 'KEY' });
    assert.deepEqual(claims, {
      iss: 'http://localhost:4000',
      sub: 'usr_ID',
      aud: 'https://api.lab.example',
      client_id: 'lab-spa',
      scope: 'openid offline_access eq1',
      iat,
      exp,
      jti: 'ID',
      auth_time: iat,
      acr: '1',
      sid: 'ses_ID',
      fam: 'fam_ID',
      dev: 'dev_ID',
      uep: 0,
    });
  });

  it('for the issuer alone it is addressed to the issuer, and without a family it names none', async () => {
    const { claims } = decode((await signIn({ scope: 'openid email' }))['access_token']);
    assert.equal(claims['aud'], 'http://localhost:4000');
    assert.equal('fam' in claims, false);
  });

  it('the access token of a client has these claims', async () => {
    const { body } = await postToken(issuer, { grant_type: 'client_credentials' }, basic());
    const { header, claims } = decode(body['access_token']);
    assert.deepEqual(header, { alg: 'ES256', typ: 'at+jwt', kid: 'KEY' });
    assert.deepEqual(claims, {
      iss: 'http://localhost:4000',
      sub: 'lab-web',
      aud: 'https://api.lab.example',
      client_id: 'lab-web',
      scope: 'read:reports eq1',
      iat,
      exp,
      jti: 'ID',
    });
  });

  it('the ID token has this header and these claims', async () => {
    const answer = await signIn({ scope: 'openid profile email', nonce: 'n-1' });
    const { header, claims } = decode(answer['id_token']);
    assert.deepEqual(header, { alg: 'ES256', typ: 'JWT', kid: 'KEY' });
    const { at_hash: hash, ...rest } = claims;
    assert.match(String(hash), /^[A-Za-z0-9_-]{22}$/);
    assert.deepEqual(rest, {
      name: 'Ada',
      email: 'ada@example.com',
      iss: 'http://localhost:4000',
      sub: 'usr_ID',
      aud: 'lab-spa',
      iat,
      exp,
      auth_time: iat,
      nonce: 'n-1',
      acr: '1',
      amr: ['pwd'],
      sid: 'ses_ID',
    });
  });

  it('introspection tells this of an access token, and this of a refresh token', async () => {
    const changes = { client_id: 'lab-web', redirect_uri: 'http://localhost:4002/callback' };
    const code = (await issuer.browser().authorize(changes)).get('code') ?? '';
    const { client_id: _, ...fields } = { ...changes, grant_type: 'authorization_code', code };
    const code_verifier = 'a-code-verifier-that-is-long-enough-for-rfc-7636';
    const { body } = await postToken(issuer, { ...fields, code_verifier }, basic());
    assert.deepEqual(Object.keys(body).slice(-1), ['refresh_token'], 'limits of "never" are left out');
    const ask = async (token: unknown) => {
      const form = new URLSearchParams({ token: String(token) });
      const answer = await issuer.request('/introspect', { method: 'POST', body: form, headers: basic() });
      return masked((await answer.json()) as Record<string, unknown>);
    };
    const shared = { iss: 'http://localhost:4000', sub: 'usr_ID', client_id: 'lab-web', iat };
    assert.deepEqual(await ask(body['access_token']), {
      active: true,
      token_type: 'Bearer',
      ...shared,
      scope: 'openid offline_access eq1',
      aud: 'https://api.lab.example',
      exp,
      jti: 'ID',
      auth_time: iat,
      acr: '1',
      sid: 'ses_ID',
    });
    assert.deepEqual(await ask(body['refresh_token']), {
      active: true,
      token_type: 'refresh_token',
      ...shared,
      scope: 'openid offline_access eq1',
    });
  });
});

function decode(jwt: unknown): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = {}, claims = {}] = String(jwt)
    .split('.', 2)
    .map((part): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString()));
  assert.match(String(header['kid']), /^[A-Za-z0-9_-]{16}$/);
  return { header: { ...header, kid: 'KEY' }, claims: masked(claims) };
}

/** Claims with 128-bit identifiers by what they look like. */
function masked(claims: Record<string, unknown>): Record<string, unknown> {
  const mask = (value: unknown) =>
    typeof value === 'string' ? value.replace(/^((?:usr|ses|fam|dev)_)?[A-Za-z0-9_-]{22}$/, '$1ID') : value;
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, name === 'at_hash' ? value : mask(value)]),
  );
}
