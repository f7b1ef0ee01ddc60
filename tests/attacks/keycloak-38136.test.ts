import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { boundTokens, prover, renewWith } from '../security/dpop.fixture.ts';
import { native, openHouse, refusedWith, renew, spa, tokensIn } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

for (const client of [spa, native]) {
  it(`keycloak#38136: a bound refresh token of ${client.id} cannot be renewed without a proof`, async () => {
    const key = prover();
    const { refresh_token } = await boundTokens(house, key, { client });
    refusedWith(await renew(house, client, refresh_token), 'invalid_grant');
    const { token_type } = tokensIn(await renewWith(house, key, refresh_token, { client }));
    assert.equal(token_type, 'DPoP');
  });
}
