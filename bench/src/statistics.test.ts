import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile } from './statistics.ts';

test('the median of an odd number of values is the middle one, by size and not by position', () => {
  assert.equal(median([10, 2, 9]), 9);
});

test('the median of an even number of values lies between the two middle ones', () => {
  assert.equal(median([4, 1, 3, 100]), 3.5);
});

test('the median of nothing is not a number', () => {
  assert.ok(Number.isNaN(median([])));
});

test('a percentile is a value that occurred, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile(hundred, 100), 100);
  assert.equal(percentile([7], 99), 7);
  assert.equal(percentile([1, 2, 3], 50), 2);
});

test('a percentile of nothing is not a number', () => {
  assert.ok(Number.isNaN(percentile([], 99)));
});

test('neither changes the order of its input', () => {
  const values = [3, 1, 2];
  median(values);
  percentile(values, 50);
  assert.deepEqual(values, [3, 1, 2]);
});
