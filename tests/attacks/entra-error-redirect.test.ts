import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { openHouse } from '../security/house.fixture.ts';
import { assertStaysHere } from './redirect.fixture.ts';

const house = await openHouse();
after(() => house.close());

const errors: Record<string, string | undefined>[] = [
  { prompt: 'none' },
  { scope: 'nothing' },
  { response_type: 'token' },
  { response_type: undefined },
  { code_challenge: undefined },
  { request: 'x' },
  { id_token_hint: 'x' },
];
for (const changes of errors) {
  it(`Entra ID error redirect (advisory of 2 March 2026): ${JSON.stringify(changes)} sends nobody to an address that no operator registered`, async () => {
    const elsewhere = { redirect_uri: 'https://phishing.example/', ...changes };
    assert.equal(await assertStaysHere(house, elsewhere), 400);
    assert.equal(await assertStaysHere(house, { ...elsewhere, client_id: 'unknown-client' }), 400);
    assert.equal(await assertStaysHere(house, { ...elsewhere, client_id: undefined }), 400);
  });
}
