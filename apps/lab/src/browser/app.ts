import { discover, loadSettings } from './discovery.ts';
import type { Settings } from './discovery.ts';
import { byId, html } from './dom.ts';
import { shortenSecret } from './exchange-log.ts';
import { readFlow } from './flow.ts';
import { formatInstant } from './human-time.ts';
import { showStatus } from './lab-status.ts';
import { LiveApp } from './live-app.ts';
import { revealExchange, showLog } from './log-view.ts';
import { createRecorder } from './recorder.ts';
import type { SignInRequest } from './sign-in.ts';
import { offerStorageChoice } from './storage-choice.ts';
import { createTestClock } from './test-clock.ts';
import { timelineItems } from './timeline-items.ts';
import { layOutTimeline } from './timeline-layout.ts';
import { TimelineView } from './timeline-view.ts';
import { showRemainingLives, showTokens } from './tokens-view.ts';

const DRAFT_KEY = 'lab.draft';
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

const settings = await loadSettings();
const clock = createTestClock(location.origin);
const store = offerStorageChoice(byId('storage-choice', HTMLElement), showEverything);
const recorder = createRecorder({
  storage: sessionStorage,
  fetch: (...request) => fetch(...request),
  nowMs: clock.nowMs,
  onChange: showEverything,
});
const timeline = new TimelineView({
  scroll: byId('timeline-scroll', HTMLElement),
  picture: byId('timeline', SVGSVGElement),
  detail: byId('timeline-detail', HTMLElement),
  legend: byId('legend', HTMLElement),
  onReveal: (number) => revealExchange(byId('exchange-log', HTMLElement), number),
});
let shownAccessToken: string | undefined = '';

await clock.sync();
keepDraft();
showEverything();
new ResizeObserver(showTime).observe(byId('timeline-scroll', HTMLElement));
setInterval(showTime, 1000);
await startApp(settings);

async function startApp(known: Settings): Promise<void> {
  const status = byId('status', HTMLElement);
  const endpoints = await discover(known.issuer, recorder);
  if (endpoints === undefined) {
    showStatus(status, 'error', `The issuer ${known.issuer} does not answer. Start it, then reload this page.`);
    return;
  }
  const app = new LiveApp({
    settings: known,
    endpoints,
    clock,
    recorder,
    store,
    nowMs: clock.nowMs,
    tokenEndpoint: endpoints.tokenEndpoint,
    clientId: known.clientId,
    redirectUri: known.redirectUri,
    looksAtExp: () => byId('check-exp', HTMLInputElement).checked,
    say: (state, words) => showStatus(status, state, words),
  });
  const run = createQueue(status);
  connectButtons(app, run);
  showWhereWeAre(status);
  run(async () => {
    button('step-exchange').disabled = !(await app.comeBack());
  });
}

type Run = (act: () => Promise<void> | void) => void;

/** One thing at a time, in the order of the clicks, each by the issuer's present time. */
function createQueue(status: HTMLElement): Run {
  let waiting = 0;
  let queue = Promise.resolve();
  return (act) => {
    waiting += 1;
    status.dataset['busy'] = 'true';
    queue = queue
      .then(clock.sync)
      .then(act)
      .catch((error: unknown) => showStatus(status, 'error', String(error)))
      .then(() => {
        waiting -= 1;
        status.dataset['busy'] = String(waiting > 0);
        showEverything();
      });
  };
}

function showWhereWeAre(status: HTMLElement): void {
  const hasSignedOut = recorder.log().at(-1)?.purpose === 'sign-out';
  if (store().read() !== undefined) showStatus(status, 'signed-in', 'Signed in.');
  else showStatus(status, 'signed-out', hasSignedOut ? 'You are signed out.' : 'Not signed in.');
}

function connectButtons(app: LiveApp, run: Run): void {
  const on = (id: string, act: () => Promise<void> | void) => button(id).addEventListener('click', () => run(act));
  on('sign-in', () => app.signIn({ mode: 'all' }));
  on('do-it-all', () => app.signIn({ mode: 'tour' }));
  on('sign-out', () => app.signOut());
  on('step-prepare', async () => showPrepared((await app.prepare({ mode: 'steps' })).request));
  on('step-authorize', () => {
    const flow = readFlow();
    if (flow !== undefined) app.leaveForIssuer(flow);
  });
  on('step-exchange', async () => {
    button('step-exchange').disabled = true;
    await app.exchangeCode();
  });
  on('call-api', () => app.call('reports'));
  on('call-legacy-api', () => app.call('legacy'));
  on('renew', () => app.renewNow());
  on('lose-answer', () => app.loseAnswer());
  on('two-renewals', () => app.renewTwice());
  on('advance-hour', () => app.advance(HOUR_SECONDS));
  on('advance-day', () => app.advance(DAY_SECONDS));
  on('advance-days', () => app.advance(15 * DAY_SECONDS));
  on('clear-log', () => recorder.clear());
}

function showEverything(): void {
  const tokens = store().read();
  showLog(byId('exchange-log', HTMLElement), recorder.log());
  if (tokens?.accessToken !== shownAccessToken) showTokens(byId('tokens', HTMLElement), tokens);
  shownAccessToken = tokens?.accessToken;
  for (const id of ['renew', 'lose-answer', 'two-renewals', 'sign-out']) button(id).disabled = tokens === undefined;
  for (const id of ['advance-hour', 'advance-day', 'advance-days']) button(id).disabled = !clock.canMove();
  button('step-authorize').disabled = readFlow() === undefined;
  showTime();
}

function showTime(): void {
  const nowMs = clock.nowMs();
  byId('clock', HTMLElement).textContent = formatInstant(nowMs);
  showRemainingLives(document, nowMs);
  const widthPx = byId('timeline-scroll', HTMLElement).clientWidth;
  timeline.draw(layOutTimeline({ items: timelineItems(recorder.log()), nowMs, widthPx }), nowMs);
}

function showPrepared({ verifier, challenge, state, nonce }: SignInRequest): void {
  const list = byId('prepared', HTMLElement);
  const rows = Object.entries({ code_verifier: shortenSecret(verifier), code_challenge: challenge, state, nonce });
  list.replaceChildren(...rows.flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, value)]));
  list.hidden = false;
}

function keepDraft(): void {
  const draft = byId('draft', HTMLTextAreaElement);
  draft.value = sessionStorage.getItem(DRAFT_KEY) ?? '';
  draft.addEventListener('input', () => sessionStorage.setItem(DRAFT_KEY, draft.value));
}

function button(id: string): HTMLButtonElement {
  return byId(id, HTMLButtonElement);
}
