import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { openVault } from './vault.ts';
import type { Vault } from './vault.ts';

const url = 'https://id.example/token';
const code = { grant_type: 'authorization_code', code: 'c' };

let vault: Vault;
let sent: { url: string; form: Record<string, string>; init: RequestInit }[];
let answer: () => Response | Promise<Response>;
beforeEach(() => {
  sent = [];
  let drawn = 0;
  vault = openVault(
    async (to, init) => {
      sent.push({ url: to, form: Object.fromEntries(init.body as URLSearchParams), init });
      return answer();
    },
    () => String((drawn += 1)),
  );
  answer = tokens('secret-0');
});

function tokens(refreshToken: string): () => Response {
  return () => Response.json({ access_token: 'at', token_type: 'Bearer', refresh_token: refreshToken });
}
const post = (form: Record<string, string>, to = url) => vault({ url: to, form, keepalive: false });
const refresh = { grant_type: 'refresh_token', refresh_token: 'vault.1' };
const errorOf = (body: string) => (JSON.parse(body) as { error: string }).error;

describe('a vault of refresh tokens', () => {
  it('gives a handle out, and puts the token in place of it', async () => {
    const { body } = await post(code);
    assert.deepEqual(JSON.parse(body), { access_token: 'at', token_type: 'Bearer', refresh_token: 'vault.1' });
    answer = tokens('secret-1');
    assert.ok(!(await post({ ...refresh, attempt: 'a' })).body.includes('secret'));
    await post(refresh);
    assert.deepEqual(
      sent.map(({ form }) => form['refresh_token']),
      [undefined, 'secret-0', 'secret-1'],
    );
    assert.equal(sent[1]?.form['attempt'], 'a');
    assert.equal(sent[1]?.init.credentials, 'omit');
    assert.equal(sent[1]?.init.redirect, 'error');
  });

  it('sends a token nowhere but where it came from', async () => {
    await post(code);
    for (const elsewhere of ['https://id.example/other', 'https://evil.example/token'])
      assert.equal(errorOf((await post(refresh, elsewhere)).body), 'login_required');
    await post({ token: 'vault.1' }, 'https://evil.example/revoke');
    assert.equal(sent.length, 1);
  });

  it('revokes at the same origin, forgets, and hands no answer on', async () => {
    await post(code);
    answer = () => new Response('secret-0');
    assert.deepEqual(await post({ token: 'vault.1' }, 'https://id.example/revoke'), {
      status: 200,
      headers: {},
      body: '',
    });
    assert.equal(sent[1]?.form['token'], 'secret-0');
    assert.equal(errorOf((await post(refresh)).body), 'login_required');
    assert.equal(sent.length, 2);
  });

  it('hands half an answer on to nobody', async () => {
    answer = () => new Response('{"access_token":"at","refresh_token":"secret-0');
    assert.deepEqual((await post(code)).body, '');
  });

  it('does not go back to the token of an answer that comes late', async () => {
    await post(code);
    const late = Promise.withResolvers<Response>();
    answer = () => late.promise;
    const first = post(refresh);
    answer = tokens('secret-1');
    await post(refresh);
    answer = tokens('secret-2');
    await post(refresh);
    late.resolve(tokens('secret-1')());
    await first;
    await post(refresh);
    assert.equal(sent.at(-1)?.form['refresh_token'], 'secret-2');
  });

  it('hands refusals on as they are', async () => {
    await post(code);
    answer = () => Response.json({ error: 'invalid_grant' }, { status: 400, headers: { 'retry-after': '3' } });
    const { status, headers, body } = await post(refresh);
    assert.deepEqual([status, headers['retry-after'], errorOf(body)], [400, '3', 'invalid_grant']);
  });
});
