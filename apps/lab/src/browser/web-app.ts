import { byId } from './dom.ts';
import type { Told } from './exchange-log.ts';
import { formatInstant } from './human-time.ts';
import { createTestClock } from './test-clock.ts';
import { timelineItems } from './timeline-items.ts';
import { layOutTimeline } from './timeline-layout.ts';
import { TimelineView } from './timeline-view.ts';
import { showRemainingLives } from './tokens-view.ts';

const clock = createTestClock(location.origin);
await clock.sync();
const draw = document.getElementById('timeline') === null ? () => {} : await timelineDrawer();
show();
setInterval(show, 1000);
// There where somebody is signed in.
if (document.getElementById('sign-out') !== null) setInterval(() => void look(), 1000);

function show(): void {
  const nowMs = clock.nowMs();
  byId('clock', HTMLElement).textContent = formatInstant(nowMs);
  showRemainingLives(document, nowMs);
  draw(nowMs);
}

/** The issuer may end the session while the page is open. */
async function look(): Promise<void> {
  const response = await fetch('/session').catch(() => undefined);
  if (response?.status === 401) location.assign('/session-ended');
}

/** The page itself is made at the server; what it tells of the past is drawn here. */
async function timelineDrawer(): Promise<(nowMs: number) => void> {
  const scroll = byId('timeline-scroll', HTMLElement);
  const story = (await (await fetch('/expenses/story.json')).json()) as Told[];
  const timeline = new TimelineView({
    scroll,
    picture: byId('timeline', SVGSVGElement),
    detail: byId('timeline-detail', HTMLElement),
    legend: byId('legend', HTMLElement),
  });
  const items = timelineItems(story);
  return (nowMs) => timeline.draw(layOutTimeline({ items, nowMs, widthPx: scroll.clientWidth }), nowMs);
}
