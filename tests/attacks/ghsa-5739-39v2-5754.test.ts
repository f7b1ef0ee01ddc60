import { after, it } from 'node:test';
import { openHouse } from '../security/house.fixture.ts';
import { assertNobodyBelieves, encode } from './forged-token.fixture.ts';

const house = await openHouse();
after(() => house.close());

it('GHSA-5739-39v2-5754 (jwt-library): the flattened JSON serialisation is no token', async () => {
  await assertNobodyBelieves(house, ({ parts: [head, payload, signature] }) =>
    JSON.stringify({ protected: head, payload, signature }),
  );
});

it('nor with the algorithm in an unprotected header', async () => {
  await assertNobodyBelieves(house, ({ header, parts: [, payload, signature] }) =>
    JSON.stringify({ payload, signatures: [{ header: { ...header, alg: 'none' }, protected: encode({}), signature }] }),
  );
});
