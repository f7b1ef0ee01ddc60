import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode } from '@ostiary/browser';
import { faults, type VirtualFault } from './faults.ts';
import { virtualFaults } from './virtual-faults.ts';
import { openHouse } from './virtual-world.ts';

describe('on one virtual clock for server, SDK and browser, a session survives', () => {
  for (const [name, { house: options, run }] of Object.entries(virtualFaults)) {
    it(faults[name as VirtualFault], async () => {
      const house = await openHouse(options);
      try {
        const world = house.open();
        const clients = await run(world);
        await world.browser.advance(1_000);
        for (const client of clients) {
          assert.ok(client.isSignedIn, JSON.stringify(client.state));
          const { exp = 0 } = decode(await world.through(client.getAccessToken())) ?? {};
          assert.ok(exp * 1000 > world.browser.nowMs, 'the token is over');
        }
        assert.deepEqual(world.families.forks(), []);
        assert.ok(world.families.leaves().every((count) => count === 1));
      } finally {
        await house.close();
      }
    });
  }
});
