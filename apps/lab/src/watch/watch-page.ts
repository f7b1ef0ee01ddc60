import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import { formatInstant, formatRemaining } from '../browser/human-time.ts';
import { webDocument } from '../web/document.ts';
import type { Markup } from '../web/document.ts';
import { endingWords } from './ending-words.ts';
import type { FeedItem } from './feed.ts';
import type { OperatorSwitches } from './operator-switches.ts';
import type { Happening, Watch } from './watcher.ts';

export interface WatchView {
  watches: Watch[];
  happenings: Happening[];
  items: FeedItem[];
  /** Undefined where the issuer does not run in development. */
  switches: OperatorSwitches | undefined;
  problem: string | undefined;
  /** The issuer's time. */
  nowMs: number;
}

/** The worker's page: what is watched, what it found, and why it stopped. */
export async function watchPage(addresses: LabAddresses, view: WatchView): Promise<string> {
  const page = await webDocument(addresses, {
    path: '/watch',
    title: 'Work for somebody who is away',
    lead: html`A worker watches a feed for a tag, for weeks, and needs nobody to be signed in. It stops when it is told to, and says why.`,
    script: 'watch-app.ts',
    main: html`
      ${statusLine(view)}
      <div class="columns">
        <div class="stack">${startCard()} ${watchesCard(view)} ${postCard(view.items)}</div>
        <div class="stack">${noticesCard(view.happenings)} ${storyCard(view.happenings)}</div>
        <div class="stack">${timeCard()} ${endingsCard(addresses, view.switches)}</div>
      </div>
    `,
  });
  return String(page);
}

function statusLine({ watches, problem, happenings }: WatchView): Markup {
  const active = watches.filter(({ grant }) => grant.state.kind === 'active').length;
  const ended = watches.length - active;
  const words = problem ?? (watches.length === 0 ? 'Nothing is watched.' : statusWords(active, ended));
  const state = problem !== undefined || ended > 0 ? 'error' : active > 0 ? 'signed-in' : 'signed-out';
  return html`<p
    id="status"
    data-testid="status"
    data-state="${state}"
    data-version="${happenings[0]?.number ?? 0}"
    class="status"
    role="status"
  >
    ${words}
  </p>`;
}

function statusWords(active: number, ended: number): string {
  if (active === 0) return `Nothing is watched any more, ${ended} ended. Below it says why.`;
  const count = ended === 0 ? `${active} watched.` : `${active} watched, ${ended} ended.`;
  return `${count} You may sign out and close this page.`;
}

function startCard(): Markup {
  return html`<section class="card" aria-labelledby="start-title">
    <h2 id="start-title">Watch a tag</h2>
    <form method="post" action="/watch/start" class="form">
      <label class="field" for="tag">Tag</label>
      <input type="text" name="tag" id="tag" required maxlength="41" autocomplete="off" autocapitalize="none" value="engines" />
      <div class="buttons"><button type="submit" class="primary" id="start">Start watching</button></div>
    </form>
    <p class="quiet fine">The issuer asks whether this app may go on while you are away.</p>
  </section>`;
}

function watchesCard({ watches, nowMs }: WatchView): Markup {
  return html`<section class="card" aria-labelledby="watches-title">
    <h2 id="watches-title">What is watched</h2>
    ${watches.length === 0 ? html`<p class="quiet fine">Nothing yet. Start with a tag, and it stands here until it ends or you stop it.</p>` : ''}
    ${watches.map((watch) => watchItem(watch, nowMs))}
    <p class="quiet fine">The Lab keeps this in memory alone: when it stops, it forgets what it watched.</p>
  </section>`;
}

function watchItem({ tag, grant }: Watch, nowMs: number): Markup {
  const { id, state, expiresAtMs, dueAtMs, problem } = grant;
  const ended = state.kind === 'needs_reconnect' ? state : undefined;
  return html`<article class="token" data-testid="watch" data-state="${state.kind}" data-cause="${ended?.cause ?? ''}">
    <h3>
      #${tag}
      <span class="badge ${ended === undefined ? 'ok' : 'danger'}">${ended === undefined ? 'watching' : 'needs reconnect'}</span>
    </h3>
    ${
      ended === undefined
        ? html`<dl class="pairs">
            <dt>Access token</dt>
            <dd>${expiresAtMs === undefined ? 'no end known' : formatRemaining(expiresAtMs, nowMs)}</dd>
            <dt>Next renewal</dt>
            <dd>${dueAtMs === undefined ? 'when it is used' : formatInstant(dueAtMs)}</dd>
            ${problem === undefined ? '' : html`<dt>Trouble</dt><dd>${problem.kind}</dd>`}
          </dl>`
        : html`<p class="note">${endingWords(ended.cause)} It stopped at ${formatInstant(ended.atMs)}: <code>${ended.cause}</code></p>`
    }
    <div class="buttons">
      ${ended === undefined ? '' : actButton({ path: 'reconnect', name: 'id', value: id, words: 'Reconnect' })}
      ${actButton({ path: 'stop', name: 'id', value: id, words: ended === undefined ? 'Stop watching' : 'Remove' })}
    </div>
  </article>`;
}

function postCard(items: FeedItem[]): Markup {
  return html`<section class="card" aria-labelledby="feed-title">
    <h2 id="feed-title">The feed</h2>
    <form method="post" action="/watch/post" class="form">
      <label class="field" for="text">What is new</label>
      <input type="text" name="text" id="text" required maxlength="200" autocomplete="off" />
      <label class="field" for="post-tag">Tag</label>
      <input type="text" name="tag" id="post-tag" required maxlength="41" autocomplete="off" autocapitalize="none" value="engines" />
      <div class="buttons"><button type="submit" id="post">Post</button></div>
    </form>
    ${items.length === 0 ? html`<p class="quiet fine">Nobody posted anything yet. Whoever you are, you may.</p>` : ''}
    <ol class="log calls">
      ${items.map(({ text, tag, atMs }) => html`<li><span>${text}</span> <span class="when">#${tag}, ${formatInstant(atMs)}</span></li>`)}
    </ol>
  </section>`;
}

function noticesCard(happenings: Happening[]): Markup {
  const notices = happenings.filter(({ kind }) => kind === 'noticed');
  return html`<section class="card" aria-labelledby="notices-title">
    <h2 id="notices-title">Notifications</h2>
    ${notices.length === 0 ? html`<p class="quiet fine">What the worker finds under your tag shows up here, whether you are signed in or not.</p>` : ''}
    <ol class="log calls" id="notices" tabindex="${notices.length === 0 ? -1 : 0}" aria-labelledby="notices-title">
      ${notices.map(({ words, tag, atMs }) => html`<li><span>${words}</span> <span class="when">#${tag}, ${formatInstant(atMs)}</span></li>`)}
    </ol>
  </section>`;
}

const marks: Readonly<Record<Happening['kind'], string>> = {
  started: '▶ started',
  renewed: '↻ renewed',
  noticed: '● noticed',
  failed: '… waits',
  ended: '■ ended',
  stopped: '■ stopped',
};

function storyCard(happenings: Happening[]): Markup {
  return html`<section class="card" aria-labelledby="story-title">
    <h2 id="story-title">What the worker did</h2>
    <p class="quiet fine">
      ${happenings.length === 0 ? 'Nothing yet. Each renewal, each find and each end will be listed here.' : "The newest first, by the issuer's time."}
    </p>
    <ol class="log calls" id="story" tabindex="${happenings.length === 0 ? -1 : 0}" aria-labelledby="story-title">
      ${happenings.map(
        ({ kind, words, tag, atMs }) =>
          html`<li data-kind="${kind}">
            <span class="badge ${kind === 'ended' ? 'danger' : kind === 'noticed' ? 'ok' : ''}">${marks[kind]}</span>
            <span>${words}</span> <span class="when">#${tag}, ${formatInstant(atMs)}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

const steps: [seconds: number, words: string][] = [
  [3600, '+ 1 hour'],
  [86_400, '+ 1 day'],
  [604_800, '+ 1 week'],
];

function timeCard(): Markup {
  return html`<section class="card" aria-labelledby="time-title">
    <h2 id="time-title">Let time pass</h2>
    <form method="post" action="/watch/time" class="buttons">
      ${steps.map(([seconds, words]) => html`<button type="submit" name="seconds" value="${seconds}" id="advance-${seconds}">${words}</button>`)}
    </form>
    <p class="quiet fine">The worker lives by this clock, and renews ahead of every end.</p>
  </section>`;
}

function endingsCard({ issuer }: LabAddresses, switches: WatchView['switches']): Markup {
  return html`<section class="card" aria-labelledby="endings-title">
    <h2 id="endings-title">Three ways to end it</h2>
    <p class="quiet fine">
      The feed refuses the token within seconds, or at the next renewal; then the worker asks the issuer, and is told which it was.
    </p>
    <h3>You take back your permission</h3>
    <div class="buttons"><a class="button" id="account" href="${issuer}/account">Open your account page</a></div>
    ${switches === undefined ? '' : operatorButtons(switches)}
  </section>`;
}

function operatorButtons({ isAdaDisabled, mayReadFeed }: OperatorSwitches): Markup {
  return html`<h3>The operator disables Ada</h3>
    ${
      isAdaDisabled
        ? actButton({ path: 'account', name: 'to', value: 'enabled', words: 'Let Ada in again' })
        : actButton({ path: 'account', name: 'to', value: 'disabled', words: 'Disable Ada' })
    }
    <h3>The operator takes <code>read:feed</code> from this app</h3>
    ${
      mayReadFeed
        ? actButton({ path: 'permission', name: 'to', value: 'removed', words: 'Take it away' })
        : actButton({ path: 'permission', name: 'to', value: 'allowed', words: 'Give it back' })
    }`;
}

function actButton({ path, name, value, words }: Record<'path' | 'name' | 'value' | 'words', string>): Markup {
  return html`<form method="post" action="/watch/${path}" class="buttons">
    <button type="submit" name="${name}" value="${value}">${words}</button>
  </form>`;
}
