import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { openHouse } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

const right = { username: 'ada@example.com', password: 'ada-demo-password' };

it('GHSA-cq42-vhv7-xr7p (Keycloak): whoever guesses does not lock the owner out of a device they use', async () => {
  const owner = house.browser();
  await owner.authorize();
  const guesser = house.browser();
  const page = await guesser.open('/sign-in');
  const statuses: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    statuses.push((await guesser.submit(page, { ...right, password: `guess ${round}` })).status);
  }
  assert.equal(statuses.filter((status) => status === 400).length, 5);
  assert.equal(statuses.filter((status) => status === 429).length, 25);
  const signIn = await owner.open('/sign-in');
  assert.match((await owner.submit(signIn, right)).html, /ada@example\.com/);
  assert.equal((await owner.open('/account')).status, 200);
});

it('and a minute later the guesser has five more, and a new device of the owner gets in', async () => {
  house.clock.advance(60);
  const browser = house.browser();
  const page = await browser.open('/sign-in');
  assert.match((await browser.submit(page, right)).html, /Firefox on Linux/);
});
