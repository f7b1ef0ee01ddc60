import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlText } from './html.ts';
import { durationText, relativeTime, timeElement } from './time.ts';

const now = Date.UTC(2026, 6, 1, 12);
const hour = 3_600_000;

test('a time is told relative to now', () => {
  assert.equal(relativeTime(now - 59_000, now, 'en'), 'now');
  assert.equal(relativeTime(now - 60_000, now, 'en'), '1 minute ago');
  assert.equal(relativeTime(now - 2 * hour, now, 'en'), '2 hours ago');
  assert.equal(relativeTime(now - 47 * hour, now, 'en'), '1 day ago');
  assert.equal(relativeTime(now - 31 * 24 * hour, now, 'de'), 'vor 1 Monat');
  assert.equal(relativeTime(now - 800 * 24 * hour, now, 'de'), 'vor 2 Jahren');
});

test('a time in the future, by a clock that is wrong, is now', () => {
  assert.equal(relativeTime(now + hour, now, 'en'), 'now');
});

test('the exact time stands in the attributes and in words for screen readers', () => {
  const written = htmlText(timeElement(now - 2 * hour, now, 'en'));
  assert.match(written, /datetime="2026-07-01T10:00:00.000Z"/);
  assert.match(written, /title="July 1, 2026[^"]*10:00:00\sAM UTC"/);
  assert.match(written, /<span class="hidden"> \(July 1, 2026.*UTC\)<\/span>/);
});

test('a wait is rounded up, never down', () => {
  assert.equal(durationText(1, 'en'), '1 second');
  assert.equal(durationText(61, 'en'), '2 minutes');
  assert.equal(durationText(120, 'de'), '2 Minuten');
  assert.equal(durationText(3601, 'en'), '2 hours');
  assert.equal(durationText(0, 'en'), '1 second');
});
