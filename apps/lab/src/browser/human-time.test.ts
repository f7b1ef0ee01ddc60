import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatDuration, formatInstant, formatRemaining } from './human-time.ts';

it('a duration is told in its two largest units', () => {
  assert.equal(formatDuration(0), '0 s');
  assert.equal(formatDuration(59_999), '59 s');
  assert.equal(formatDuration(3_598_000), '59 min 58 s');
  assert.equal(formatDuration(3_600_000), '1 h');
  assert.equal(formatDuration(86_400_000 + 7_200_000 + 60_000), '1 day 2 h');
  assert.equal(formatDuration(86_400_000 + 60_000), '1 day');
  assert.equal(formatDuration(15 * 86_400_000), '15 days');
});

it('remaining life says left before the end, and over from it on', () => {
  assert.equal(formatRemaining(10_000, 8_500), '2 s left');
  assert.equal(formatRemaining(10_000, 9_999), '1 s left');
  assert.equal(formatRemaining(10_000, 10_000), 'over just now');
  assert.equal(formatRemaining(10_000, 70_000), 'over for 1 min');
});

it('an instant names its day', () => {
  assert.equal(formatInstant(Date.UTC(2026, 10, 21, 12, 4, 31), 'UTC'), '21 Nov, 12:04:31');
});
