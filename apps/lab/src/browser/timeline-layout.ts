import { formatClock, formatDay, formatDuration, formatRemaining } from './human-time.ts';
import { makeTimeScale } from './time-scale.ts';
import type { TimeScale } from './time-scale.ts';
import type { Bar, Lane, Leap, Point, TimelineItem } from './timeline-items.ts';

const LANES: { lane: Lane; name: string; heightPx: number }[] = [
  { lane: 'session', name: 'Session', heightPx: 62 },
  { lane: 'access', name: 'Access tokens', heightPx: 68 },
  { lane: 'refresh', name: 'Refresh generations', heightPx: 88 },
  { lane: 'call', name: 'API calls', heightPx: 66 },
];

/** All lengths in CSS pixels. */
export interface TimelineLayout {
  widthPx: number;
  heightPx: number;
  lanes: { lane: Lane; name: string; topPx: number; heightPx: number }[];
  bars: PlacedBar[];
  points: PlacedPoint[];
  leaps: { item: Leap; fromPx: number; toPx: number; label: string }[];
  ticks: { xPx: number; clock: string; day: string | undefined }[];
  nowPx: number;
  axisPx: number;
}

export interface PlacedBar {
  item: Bar;
  /** The part in which the app used it, up to now. */
  fromPx: number;
  usedToPx: number;
  /** The life it still has, or had when it was replaced. Equal to `usedToPx` when there is none. */
  lifeToPx: number;
  /** How long the API would still accept it, though the app has a newer one. */
  validToPx: number;
  yPx: number;
  label: BarLabel | undefined;
  isOver: boolean;
}

export interface BarLabel {
  text: string;
  xPx: number;
  /** Which part of the bar it stands on. */
  on: 'used' | 'life';
}

export interface PlacedPoint {
  item: Point;
  xPx: number;
  yPx: number;
}

export interface LayoutInput {
  items: TimelineItem[];
  nowMs: number;
  widthPx: number;
  timeZone?: string;
}

const EDGE_PX = 20;
const BAR_CENTRE_PX = 42;
/** In the lane of the refresh tokens the events stand below the bars, so that neither hides the other. */
const EVENT_CENTRE_PX = 70;
const TICK_LABEL_PX = 70;
const CHARACTER_PX = 7.2;
const LABEL_START_PX = 8;

/** Where everything goes on the picture: a function of the log, the time and the room there is. */
export function layOutTimeline({ items, nowMs, widthPx, timeZone }: LayoutInput): TimelineLayout {
  const scale = makeTimeScale(instantsOf(items, nowMs), widthPx - 2 * EDGE_PX);
  const xOf = (atMs: number) => EDGE_PX + scale.xOf(atMs);
  const lanes = stackLanes();
  const topOf = (lane: Lane) => lanes.find((one) => one.lane === lane)?.topPx ?? 0;
  const axisPx = lanes.reduce((sum, { heightPx }) => sum + heightPx, 0);
  return {
    widthPx: scale.widthPx + 2 * EDGE_PX,
    heightPx: axisPx + 62,
    lanes,
    bars: items.flatMap((item) =>
      item.shape === 'bar' ? [placeBar(item, nowMs, xOf, topOf(item.lane) + BAR_CENTRE_PX)] : [],
    ),
    points: items.flatMap((item) =>
      item.shape === 'point' ? [{ item, xPx: xOf(item.atMs), yPx: topOf(item.lane) + centreOf(item) }] : [],
    ),
    leaps: items.flatMap((item) => (item.shape === 'leap' ? [placeLeap(item, xOf)] : [])),
    ticks: placeTicks(items, nowMs, { xOf, widthPx: scale.widthPx + 2 * EDGE_PX }, timeZone),
    nowPx: xOf(nowMs),
    axisPx,
  };
}

function stackLanes(): TimelineLayout['lanes'] {
  let nextPx = 0;
  return LANES.map((lane) => {
    const topPx = nextPx;
    nextPx += lane.heightPx;
    return { ...lane, topPx };
  });
}

function centreOf({ lane, mark }: Point): number {
  return lane === 'refresh' && mark !== 'end' ? EVENT_CENTRE_PX : BAR_CENTRE_PX;
}

/** The instants that deserve room of their own: all that happened, now, and the ends that are still to come. */
function instantsOf(items: TimelineItem[], nowMs: number): number[] {
  const instants = items.flatMap((item) => {
    if (item.shape === 'point') return [item.atMs];
    if (item.shape === 'leap') return [item.fromMs, item.toMs];
    const ends = item.usedUntilMs === undefined ? item.expiresAtMs : undefined;
    return ends === undefined ? [item.fromMs] : [item.fromMs, ends];
  });
  // A replaced access token may outlive everything else: the picture must reach to where it ends.
  const lastValidMs = items.flatMap((item) =>
    item.shape === 'bar' && item.lane === 'access' ? (item.expiresAtMs ?? []) : [],
  );
  return [...instants, Math.max(nowMs, ...lastValidMs), nowMs];
}

function placeBar(item: Bar, nowMs: number, xOf: TimeScale['xOf'], yPx: number): PlacedBar {
  const { expiresAtMs } = item;
  const usedUntilMs = Math.min(item.usedUntilMs ?? nowMs, expiresAtMs ?? Infinity);
  const fromPx = xOf(item.fromMs);
  const usedToPx = xOf(usedUntilMs);
  const lifeToPx = item.usedUntilMs === undefined && expiresAtMs !== undefined ? xOf(expiresAtMs) : usedToPx;
  const isOver = item.usedUntilMs !== undefined || (expiresAtMs !== undefined && nowMs >= expiresAtMs);
  const label = placeLabel(labelTexts(item, nowMs), { fromPx, usedToPx, lifeToPx });
  const validToPx = item.lane === 'access' && expiresAtMs !== undefined ? xOf(expiresAtMs) : usedToPx;
  return { item, fromPx, usedToPx, lifeToPx, validToPx, yPx, isOver, label };
}

/** What could stand on the bar, the most telling first. */
function labelTexts({ label, usedUntilMs, expiresAtMs }: Bar, nowMs: number): string[] {
  const isLiving = usedUntilMs === undefined && expiresAtMs !== undefined;
  const long = isLiving ? [`${label}: ${formatRemaining(expiresAtMs, nowMs)}`] : [];
  return [...long, label, label.replace('token ', '')];
}

/** The first text that fits on either part of the bar. */
function placeLabel(
  texts: string[],
  { fromPx, usedToPx, lifeToPx }: { fromPx: number; usedToPx: number; lifeToPx: number },
): BarLabel | undefined {
  for (const text of texts) {
    const neededPx = text.length * CHARACTER_PX + 6;
    if (neededPx + LABEL_START_PX <= usedToPx - fromPx) return { text, xPx: fromPx + LABEL_START_PX, on: 'used' };
    if (neededPx + 6 <= lifeToPx - usedToPx) return { text, xPx: usedToPx + 8, on: 'life' };
  }
  return undefined;
}

function placeLeap(item: Leap, xOf: TimeScale['xOf']): TimelineLayout['leaps'][number] {
  return {
    item,
    fromPx: xOf(item.fromMs),
    toPx: xOf(item.toMs),
    label: `+ ${formatDuration(item.toMs - item.fromMs)}`,
  };
}

/** Now first, then what is to come, then the past from its end: whoever comes late finds no room. */
function placeTicks(
  items: TimelineItem[],
  nowMs: number,
  { xOf, widthPx }: { xOf: TimeScale['xOf']; widthPx: number },
  timeZone?: string,
): TimelineLayout['ticks'] {
  const instants = [...new Set(instantsOf(items, nowMs))].toSorted((a, b) => a - b);
  const wanted = [
    nowMs,
    ...instants.filter((atMs) => atMs > nowMs).toReversed(),
    ...instants.filter((atMs) => atMs < nowMs).toReversed(),
  ];
  const placed: number[] = [];
  for (const atMs of wanted) {
    const isFree = placed.every(
      (other) => Math.abs(tickPx(xOf(atMs), widthPx) - tickPx(xOf(other), widthPx)) >= TICK_LABEL_PX,
    );
    if (isFree) placed.push(atMs);
  }
  let previousDay: string | undefined;
  return placed
    .toSorted((a, b) => a - b)
    .map((atMs) => {
      const day = formatDay(atMs, timeZone);
      const tick = { xPx: xOf(atMs), clock: formatClock(atMs, timeZone), day: day === previousDay ? undefined : day };
      previousDay = day;
      return tick;
    });
}

/** The centre of a tick's label: near an edge it moves inwards. */
export function tickPx(xPx: number, widthPx: number): number {
  return Math.min(Math.max(xPx, TICK_LABEL_PX / 2), widthPx - TICK_LABEL_PX / 2);
}
