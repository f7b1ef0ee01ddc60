import type { Breakage } from './breakage.ts';
import { createBreakage } from './breakage.ts';
import { byId } from './dom.ts';
import { formatInstant } from './human-time.ts';
import { showStatus } from './lab-status.ts';
import type { LabState } from './lab-status.ts';
import { revealExchange, showLog } from './log-view.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { watchSession } from './session-watch.ts';
import type { SessionWatch } from './session-watch.ts';
import { createTestClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';
import { timelineItems } from './timeline-items.ts';
import { layOutTimeline } from './timeline-layout.ts';
import { TimelineView } from './timeline-view.ts';
import { showRemainingLives, showTokens } from './tokens-view.ts';

const DRAFT_KEY = 'lab.draft';

/** What both pages of the Lab stand on: the clock, the log, the timeline, the tokens, and one thing at a time. */
export interface Workbench {
  clock: TestClock;
  recorder: Recorder;
  watch: SessionWatch;
  breakage: Breakage;
  say(state: LabState, words: string): void;
  /** Does one thing at a time, in the order of the clicks, each by the issuer's present time. */
  run(act: () => Promise<void> | void): void;
  on(id: string, act: () => Promise<void> | void): void;
  /** Calls back with every change, for what a page shows beyond the rest. */
  onShow(callBack: () => void): void;
}

/** @param app under whose name the log is kept: the pages of one tab share its storage */
export async function openWorkbench(app: string): Promise<Workbench> {
  let showMore = () => {};
  const status = byId('status', HTMLElement);
  const clock = createTestClock(location.origin);
  const storage = storageOf(app);
  const breakage = createBreakage();
  const recorder: Recorder = createRecorder({
    storage,
    fetch: (...request) => fetch(...request),
    nowMs: clock.nowMs,
    breakage,
    onChange: () => show(),
    onExchange: (exchange, body) => watch.heard(exchange, body),
  });
  const watch = watchSession({ recorder: () => recorder, storage, onChange: () => show() });
  const say = (state: LabState, words: string) => showStatus(status, state, words);
  const draw = timelineDrawer(recorder, clock);
  const tokens = tokensShower(watch);
  const show = () => {
    showLog(byId('exchange-log', HTMLElement), recorder.log());
    tokens();
    showMore();
    draw();
  };
  const run = createQueue(status, async (act) => {
    await clock.sync();
    await Promise.resolve(act()).catch((error: unknown) => say('error', String(error)));
    await watch.settled();
    show();
  });
  const on = (id: string, act: () => Promise<void> | void) =>
    byId(id, HTMLElement).addEventListener('click', () => run(act));
  on('clear-log', () => recorder.clear());
  await clock.sync();
  keepDraft();
  new ResizeObserver(draw).observe(byId('timeline-scroll', HTMLElement));
  setInterval(draw, 1000);
  return { clock, recorder, watch, breakage, say, run, on, onShow: (callBack) => void (showMore = callBack) };
}

function storageOf(app: string): Pick<Storage, 'getItem' | 'setItem'> {
  return {
    getItem: (key) => sessionStorage.getItem(`${key}.${app}`),
    setItem: (key, value) => sessionStorage.setItem(`${key}.${app}`, value),
  };
}

function createQueue(status: HTMLElement, work: (act: () => Promise<void> | void) => Promise<void>): Workbench['run'] {
  let waiting = 0;
  let queue = Promise.resolve();
  return (act) => {
    waiting += 1;
    status.dataset['busy'] = 'true';
    queue = queue
      .then(() => work(act))
      .finally(() => {
        waiting -= 1;
        status.dataset['busy'] = String(waiting > 0);
      });
  };
}

function timelineDrawer(recorder: Recorder, clock: TestClock): () => void {
  const timeline = new TimelineView({
    scroll: byId('timeline-scroll', HTMLElement),
    picture: byId('timeline', SVGSVGElement),
    detail: byId('timeline-detail', HTMLElement),
    legend: byId('legend', HTMLElement),
    onReveal: (number) => revealExchange(byId('exchange-log', HTMLElement), number),
  });
  return () => {
    const nowMs = clock.nowMs();
    byId('clock', HTMLElement).textContent = formatInstant(nowMs);
    showRemainingLives(document, nowMs);
    const widthPx = byId('timeline-scroll', HTMLElement).clientWidth;
    timeline.draw(layOutTimeline({ items: timelineItems(recorder.log()), nowMs, widthPx }), nowMs);
  };
}

function tokensShower(watch: SessionWatch): () => void {
  let shown: string | undefined = '';
  return () => {
    const tokens = watch.record()?.tokens;
    if (tokens?.accessToken !== shown) showTokens(byId('tokens', HTMLElement), tokens, watch.generation());
    shown = tokens?.accessToken;
  };
}

function keepDraft(): void {
  const draft = byId('draft', HTMLTextAreaElement);
  draft.value = sessionStorage.getItem(DRAFT_KEY) ?? '';
  draft.addEventListener('input', () => sessionStorage.setItem(DRAFT_KEY, draft.value));
}
