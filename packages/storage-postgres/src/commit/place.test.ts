import { strict as assert } from 'node:assert';
import { it } from 'node:test';
import { Places } from './place.ts';

it('places are UUIDs of version 7 that rise, whatever the clock does', () => {
  const places = new Places();
  const times = [...Array.from({ length: 10_000 }, () => 1_750_000_000_000), 1_740_000_000_000, 1_750_000_000_001];
  const drawn = times.map((time) => places.draw(time));
  assert.deepEqual(drawn.toSorted(), drawn);
  assert.equal(new Set(drawn).size, drawn.length);
  for (const place of drawn) assert.match(place, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
