import { furnish, html, svg } from './dom.ts';
import { formatInstant, formatRemaining } from './human-time.ts';
import { glyph, legendSigns } from './timeline-glyph.ts';
import type { TimelineItem } from './timeline-items.ts';
import { tickPx } from './timeline-layout.ts';
import type { PlacedBar, PlacedPoint, TimelineLayout } from './timeline-layout.ts';

const BAR_PX = 24;
const HIT_PX = 24;

export interface TimelineParts {
  scroll: HTMLElement;
  picture: SVGSVGElement;
  detail: HTMLElement;
  legend: HTMLElement;
  /** Brings the reader to the exchange behind an event, where there is a list of them. */
  onReveal?: (exchangeNumber: number) => void;
}

/** Draws layouts into the page. Events keep their element from picture to picture, and so the focus stays. */
export class TimelineView {
  private readonly parts: TimelineParts;
  private readonly names = svg('g', { class: 'lane-names' });
  private readonly ground = svg('g', { 'aria-hidden': 'true' });
  private readonly events = svg('g');
  private readonly front = svg('g', { 'aria-hidden': 'true' });
  private elements = new Map<string, SVGGElement>();
  private order: TimelineItem[] = [];
  private chosenId: string | undefined;
  private nowMs = 0;
  private shownDetail: string | undefined;

  constructor(parts: TimelineParts) {
    this.parts = parts;
    parts.picture.append(hatching(), this.ground, this.events, this.front, this.names);
    parts.legend.append(...legendSigns().map(({ sign, words }) => legendEntry(sign, words)));
    parts.scroll.addEventListener('scroll', () => {
      this.names.setAttribute('transform', `translate(${parts.scroll.scrollLeft} 0)`);
    });
    parts.picture.addEventListener('keydown', (event) => this.moveByKey(event));
  }

  draw(layout: TimelineLayout, nowMs: number): void {
    const { picture, scroll } = this.parts;
    const wasAtEnd = scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 2;
    this.nowMs = nowMs;
    furnish(
      picture,
      { width: layout.widthPx, height: layout.heightPx, viewBox: `0 0 ${layout.widthPx} ${layout.heightPx}` },
      [],
    );
    this.ground.replaceChildren(...lanes(layout), ...leapBands(layout));
    this.names.replaceChildren(
      ...layout.lanes.map(({ name, topPx }) => svg('text', { x: 8, y: topPx + 19, class: 'lane-name' }, name)),
    );
    this.drawEvents(layout);
    this.front.replaceChildren(nowLine(layout), ...ticks(layout));
    this.showDetail();
    if (wasAtEnd) scroll.scrollLeft = scroll.scrollWidth;
  }

  private drawEvents(layout: TimelineLayout): void {
    const shapes = new Map<string, Node[]>();
    for (const leap of layout.leaps) shapes.set(leap.item.id, leapShape(leap, layout));
    for (const bar of layout.bars) shapes.set(bar.item.id, barShapes(bar));
    for (const point of layout.points) shapes.set(point.item.id, pointShape(point));
    this.order = [...layout.leaps, ...layout.bars, ...layout.points]
      .map(({ item }) => item)
      .toSorted((a, b) => startOf(a) - startOf(b) || a.number - b.number);
    for (const id of this.elements.keys()) {
      if (!shapes.has(id)) this.forget(id);
    }
    for (const [id, nodes] of shapes) this.elementOf(id).replaceChildren(...nodes);
    for (const item of this.order) {
      const element = this.elementOf(item.id);
      element.setAttribute('aria-label', [item.title, ...this.detailLines(item)].join('. '));
      element.setAttribute('tabindex', item === this.chosen() ? '0' : '-1');
    }
  }

  private elementOf(id: string): SVGGElement {
    const known = this.elements.get(id);
    if (known !== undefined) return known;
    const element = svg('g', { class: 'event', role: 'img', 'data-event': id });
    element.addEventListener('pointerenter', () => this.choose(id));
    element.addEventListener('focus', () => this.choose(id));
    this.elements.set(id, element);
    this.events.append(element);
    return element;
  }

  private forget(id: string): void {
    this.elements.get(id)?.remove();
    this.elements.delete(id);
    if (this.chosenId === id) this.chosenId = undefined;
  }

  /** What the reader points at, or the last thing that happened. */
  private chosen(): TimelineItem | undefined {
    return this.order.find(({ id }) => id === this.chosenId) ?? this.order.at(-1);
  }

  private choose(id: string): void {
    this.chosenId = id;
    for (const [other, element] of this.elements) element.setAttribute('tabindex', other === id ? '0' : '-1');
    this.showDetail();
  }

  private moveByKey(event: KeyboardEvent): void {
    const last = this.order.length - 1;
    const at = this.order.findIndex((item) => item === this.chosen());
    const targets: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const item = this.order[Math.min(Math.max(target, 0), last)];
    if (item !== undefined) this.elements.get(item.id)?.focus();
  }

  private showDetail(): void {
    const item = this.chosen();
    for (const [id, element] of this.elements) element.classList.toggle('chosen', id === item?.id);
    const lines = item === undefined ? [] : this.detailLines(item);
    const signature = [item?.id, ...lines].join('|');
    if (signature === this.shownDetail) return;
    this.shownDetail = signature;
    if (item === undefined) {
      this.parts.detail.replaceChildren(
        html('p', { class: 'quiet' }, 'Nothing has happened yet. Sign in, and the tokens draw their lives here.'),
      );
      return;
    }
    this.parts.detail.replaceChildren(
      html('h3', {}, item.title),
      ...lines.map((line) => html('p', {}, line)),
      ...this.wayToExchange(item.number),
    );
  }

  private wayToExchange(number: number): HTMLElement[] {
    const { onReveal } = this.parts;
    if (onReveal === undefined) return [];
    const link = html('a', { href: '#log-title' }, `Request #${number}`);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      onReveal(number);
    });
    return [html('p', {}, link)];
  }

  private detailLines(item: TimelineItem): string[] {
    if (item.shape === 'point') return [formatInstant(item.atMs), ...item.details];
    if (item.shape === 'leap')
      return [`From ${formatInstant(item.fromMs)} to ${formatInstant(item.toMs)}`, ...item.details];
    const { usedUntilMs, expiresAtMs } = item;
    const lines = [`From ${formatInstant(item.fromMs)}`, ...item.details];
    if (usedUntilMs !== undefined) lines.push(`In use until ${formatInstant(usedUntilMs)}`);
    if (expiresAtMs !== undefined) lines.push(`Ends ${formatInstant(expiresAtMs)}`);
    if (expiresAtMs !== undefined && usedUntilMs === undefined) lines.push(coarse(expiresAtMs, this.nowMs));
    return lines;
  }
}

/** In whole minutes while there are any, so that the panel does not speak every second. */
function coarse(endMs: number, nowMs: number): string {
  return endMs - nowMs > 60_000
    ? formatRemaining(endMs, endMs - Math.floor((endMs - nowMs) / 60_000) * 60_000)
    : 'less than a minute left, or over';
}

function startOf(item: TimelineItem): number {
  return item.shape === 'point' ? item.atMs : item.fromMs;
}

function lanes({ lanes: all, widthPx, axisPx }: TimelineLayout): Node[] {
  return [
    ...all.map(({ lane, topPx, heightPx }) =>
      svg('rect', { class: `lane lane-${lane}`, x: 0, y: topPx, width: widthPx, height: heightPx }),
    ),
    svg('line', { class: 'axis', x1: 0, x2: widthPx, y1: axisPx, y2: axisPx }),
  ];
}

function leapBands({ leaps, axisPx }: TimelineLayout): Node[] {
  return leaps.map(({ fromPx, toPx }) =>
    svg('rect', { class: 'leap', x: fromPx, y: 0, width: toPx - fromPx, height: axisPx }),
  );
}

/** The label of a leap, which is also where it can be pointed at: at the foot of its band. */
function leapShape({ fromPx, toPx, label }: TimelineLayout['leaps'][number], { axisPx }: TimelineLayout): Node[] {
  const widthPx = label.length * 7.2 + 16;
  const x = (fromPx + toPx) / 2;
  return [
    svg('rect', { class: 'leap-pill', x: x - widthPx / 2, y: axisPx - 11, width: widthPx, height: 22, rx: 11 }),
    svg('text', { class: 'leap-label', x, y: axisPx + 5, 'text-anchor': 'middle' }, label),
  ];
}

function barShapes({ item, fromPx, usedToPx, lifeToPx, validToPx, yPx, label, isOver }: PlacedBar): Node[] {
  const y = yPx - BAR_PX / 2;
  const rx = item.lane === 'session' ? 12 : item.lane === 'refresh' ? 0 : 5;
  const state = isOver ? 'over' : 'living';
  const nodes: Node[] = [
    svg('rect', {
      class: `bar bar-${item.lane} ${state}`,
      x: fromPx,
      y,
      rx,
      width: Math.max(usedToPx - fromPx - 1, 3),
      height: BAR_PX,
    }),
  ];
  if (lifeToPx > usedToPx) {
    nodes.unshift(
      svg('rect', {
        class: `life life-${item.lane}`,
        x: usedToPx - 1,
        y: y + 1,
        rx,
        width: lifeToPx - usedToPx,
        height: BAR_PX - 2,
      }),
    );
  }
  if (validToPx > Math.max(usedToPx, lifeToPx)) {
    const below = yPx + BAR_PX / 2 + 6;
    nodes.push(svg('path', { class: `valid valid-${item.lane}`, d: `M${usedToPx} ${below}H${validToPx}m0-4v8` }));
  }
  if (label !== undefined) {
    nodes.push(svg('text', { class: `bar-label on-${label.on} ${state}`, x: label.xPx, y: yPx + 5 }, label.text));
  }
  return nodes;
}

function pointShape({ item, xPx, yPx }: PlacedPoint): Node[] {
  const hit = svg('rect', { class: 'hit', x: -HIT_PX / 2, y: -HIT_PX / 2, width: HIT_PX, height: HIT_PX });
  return [svg('g', { transform: `translate(${xPx} ${yPx})` }, hit, glyph(item.mark))];
}

function nowLine({ nowPx, axisPx, widthPx }: TimelineLayout): Node {
  return svg(
    'g',
    { class: 'now' },
    svg('line', { x1: nowPx, x2: nowPx, y1: 0, y2: axisPx + 8 }),
    svg('text', { x: tickPx(nowPx, widthPx), y: axisPx + 54, 'text-anchor': 'middle' }, 'now'),
  );
}

function ticks({ ticks: all, axisPx, widthPx }: TimelineLayout): Node[] {
  return all.map(({ xPx, clock, day }) => {
    const x = tickPx(xPx, widthPx);
    return svg(
      'g',
      { class: 'tick' },
      svg('line', { x1: xPx, x2: xPx, y1: axisPx, y2: axisPx + 6 }),
      svg('text', { x, y: axisPx + 22, 'text-anchor': 'middle' }, clock),
      day === undefined ? undefined : svg('text', { x, y: axisPx + 38, 'text-anchor': 'middle', class: 'day' }, day),
    );
  });
}

/** The pattern of time that nobody waited for. */
function hatching(): SVGElement {
  return svg(
    'defs',
    {},
    svg(
      'pattern',
      { id: 'hatching', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      svg('line', { x1: 0, x2: 0, y1: 0, y2: 8, class: 'hatch' }),
    ),
  );
}

function legendEntry(sign: SVGElement, words: string): HTMLElement {
  return html(
    'li',
    {},
    svg('svg', { width: 24, height: 24, viewBox: '-12 -12 24 24', 'aria-hidden': 'true' }, sign),
    words,
  );
}
