import { after, it } from 'node:test';
import { boundTokens, prover, renewWith, withProof } from '../security/dpop.fixture.ts';
import { openHouse, refusedWith, renew, spa, strictSpa, tokensFor, tokensIn } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

it('bluesky-social/atproto#3859: a demand for a nonce spends no refresh token, rotating or not', async () => {
  const key = prover();
  const bound = await boundTokens(house, key);
  const rotating = await tokensFor(house, strictSpa);
  for (const [client, { refresh_token }] of [
    [spa, bound],
    [strictSpa, rotating],
  ] as const) {
    refusedWith(await renew(house, withProof(client, key.prove(house)), refresh_token), 'use_dpop_nonce');
    tokensIn(await renewWith(house, key, refresh_token, { client }));
  }
});
