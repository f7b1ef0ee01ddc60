import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Bar, Point, TimelineItem } from './timeline-items.ts';
import { layOutTimeline, tickPx } from './timeline-layout.ts';

const HOUR = 3_600_000;

function bar(lane: Bar['lane'], times: Pick<Bar, 'fromMs' | 'usedUntilMs' | 'expiresAtMs'>): Bar {
  return {
    shape: 'bar',
    id: `${lane}-${times.fromMs}`,
    number: 1,
    lane,
    label: 'g0',
    title: 'A bar',
    details: [],
    ...times,
  };
}

function point(atMs: number, lane: Point['lane'] = 'call', mark: Point['mark'] = 'ok'): Point {
  return { shape: 'point', id: `point-${atMs}-${mark}`, number: 1, lane, mark, title: 'A point', details: [], atMs };
}

function layOut(items: TimelineItem[], nowMs: number, widthPx = 900) {
  return layOutTimeline({ items, nowMs, widthPx, timeZone: 'UTC' });
}

describe('layOutTimeline', () => {
  it('an empty log still has lanes, an axis and now', () => {
    const layout = layOut([], HOUR);
    assert.deepEqual(
      layout.lanes.map(({ lane }) => lane),
      ['session', 'access', 'refresh', 'call'],
    );
    assert.deepEqual(layout.ticks, [{ xPx: layout.nowPx, clock: '01:00:00', day: '1 Jan' }]);
  });

  it('a living bar is used up to now and has its life beyond', () => {
    const layout = layOut([bar('access', { fromMs: 0, usedUntilMs: undefined, expiresAtMs: HOUR })], 60_000);
    const [placed] = layout.bars;
    assert.ok(placed);
    assert.equal(placed.usedToPx, layout.nowPx);
    assert.ok(placed.lifeToPx > placed.usedToPx);
    assert.equal(placed.isOver, false);
    assert.equal(placed.label?.text, 'g0: 59 min left');
  });

  it('a bar that is over stops at its end, not at now', () => {
    const layout = layOut([bar('access', { fromMs: 0, usedUntilMs: undefined, expiresAtMs: HOUR })], 2 * HOUR);
    const [placed] = layout.bars;
    assert.ok(placed && placed.usedToPx < layout.nowPx);
    assert.equal(placed.lifeToPx, placed.usedToPx);
    assert.equal(placed.isOver, true);
  });

  it('a replaced access token has no life for the app but stays valid for the API', () => {
    const first = bar('access', { fromMs: 0, usedUntilMs: 60_000, expiresAtMs: HOUR });
    const second = bar('access', { fromMs: 60_000, usedUntilMs: undefined, expiresAtMs: HOUR + 60_000 });
    const [placed] = layOut([first, second], 120_000).bars;
    assert.ok(placed);
    assert.equal(placed.lifeToPx, placed.usedToPx);
    assert.ok(placed.validToPx > placed.usedToPx);
    assert.equal(placed.isOver, true);
  });

  it('after sign-out the picture still reaches to where the last access token ends', () => {
    const layout = layOut([bar('access', { fromMs: 0, usedUntilMs: 60_000, expiresAtMs: HOUR })], 120_000);
    assert.ok(layout.bars[0] && layout.bars[0].validToPx > layout.nowPx);
  });

  it('events of the refresh lane stand below its bars, the end stands on their line', () => {
    const items = [
      bar('refresh', { fromMs: 0, usedUntilMs: 9, expiresAtMs: HOUR }),
      point(5, 'refresh', 'renewal'),
      point(9, 'refresh', 'end'),
    ];
    const layout = layOut(items, 10);
    const [renewal, end] = layout.points;
    assert.ok(renewal && end && layout.bars[0]);
    assert.ok(renewal.yPx - layout.bars[0].yPx >= 24);
    assert.equal(end.yPx, layout.bars[0].yPx);
  });

  it('labels of ticks never touch, and now always has one', () => {
    for (const widthPx of [280, 600, 1200]) {
      const layout = layOut(
        Array.from({ length: 40 }, (_, index) => point(index * 1500)),
        70_000,
        widthPx,
      );
      const centres = layout.ticks.map(({ xPx }) => tickPx(xPx, layout.widthPx));
      for (const [index, x] of centres.entries()) {
        assert.ok(index === 0 || x - (centres[index - 1] ?? 0) >= 70);
        assert.ok(x >= 35 && x <= layout.widthPx - 35);
      }
      assert.ok(layout.ticks.some(({ xPx }) => xPx === layout.nowPx));
    }
  });

  it('a tick names its day only where the day changes', () => {
    const layout = layOut([point(0), point(HOUR), point(30 * HOUR)], 31 * HOUR);
    assert.deepEqual(
      layout.ticks.map(({ day }) => day),
      ['1 Jan', undefined, '2 Jan', undefined],
    );
  });

  it('a label stands only on a part of the bar that has room for it', () => {
    const narrow = bar('access', { fromMs: 0, usedUntilMs: 1, expiresAtMs: undefined });
    const [placed] = layOut([narrow, point(2), point(HOUR)], HOUR).bars;
    assert.equal(placed?.label, undefined);
  });
});
