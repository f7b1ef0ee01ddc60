import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { makeTimeScale } from './time-scale.ts';

const instants = fc.array(fc.integer({ min: 0, max: 10 ** 12 }), { minLength: 1, maxLength: 60 });

it('what happened later stands further right, never closer than the gap', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 200, max: 2000 }), (times, width) => {
      const scale = makeTimeScale(times, width);
      const sorted = [...new Set(times)].toSorted((a, b) => a - b);
      for (const [index, atMs] of sorted.entries()) {
        const next = sorted[index + 1];
        if (next !== undefined) assert.ok(scale.xOf(next) - scale.xOf(atMs) >= 18 - 1e-6);
      }
    }),
  );
});

it('the picture is as wide as the room there is, or wider, and everything is on it', () => {
  fc.assert(
    fc.property(
      instants,
      fc.integer({ min: 200, max: 2000 }),
      fc.integer({ min: 0, max: 10 ** 12 }),
      (times, width, any) => {
        const scale = makeTimeScale(times, width);
        assert.ok(scale.widthPx >= width);
        assert.ok(scale.xOf(any) >= 0 && scale.xOf(any) <= scale.widthPx + 1e-6);
      },
    ),
  );
});

it('fifteen days take more room than an hour, but not 360 times as much', () => {
  const hour = 3_600_000;
  const scale = makeTimeScale([0, hour, hour + 360 * hour], 600);
  const [first, second] = [scale.xOf(hour), scale.xOf(361 * hour) - scale.xOf(hour)];
  assert.ok(second > first && second < 3 * first, `${first} and ${second}`);
});

it('a time between two instants lies proportionally between them', () => {
  const scale = makeTimeScale([0, 1000], 500);
  assert.equal(scale.xOf(500), 250);
});
