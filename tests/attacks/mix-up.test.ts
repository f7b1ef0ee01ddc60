import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { authorizeParameters } from '@ostiary/http/fixture';
import { openHouse } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

const issuer = house.service.settings.issuer;
it('Mix-up attack (RFC 9207): the issuer names itself in a success', async () => {
  assert.equal((await house.browser().authorize()).get('iss'), issuer);
});

for (const changes of [
  { prompt: 'none' },
  { response_type: 'token' },
  { scope: 'nothing' },
  { code_challenge_method: 'plain' },
]) {
  it(`and in the error to ${JSON.stringify(changes)}`, async () => {
    const { leftTo } = await house.browser().open(`/authorize?${authorizeParameters(changes).toString()}`);
    const answer = new URL(leftTo ?? '').searchParams;
    assert.notEqual(answer.get('error'), null);
    assert.equal(answer.get('iss'), issuer);
  });
}

it('and in an answer by form_post', async () => {
  const asked = authorizeParameters({ prompt: 'none', response_mode: 'form_post' });
  const { hidden } = await house.browser().open(`/authorize?${asked.toString()}`);
  assert.equal(hidden['iss'], issuer);
});

it('and promises it in its metadata', async () => {
  const metadata: unknown = await (await house.request('/.well-known/oauth-authorization-server')).json();
  assert.equal(Reflect.get(Object(metadata), 'authorization_response_iss_parameter_supported'), true);
});
