import { html } from './dom.ts';
import type { Exchange, Outcome, Purpose, Shown } from './exchange-log.ts';
import { formatInstant } from './human-time.ts';

const NAMES: Record<Purpose, string> = {
  discovery: 'Discovery',
  authorize: 'Leave for the issuer',
  frame: 'Ask in a hidden frame',
  callback: 'Come back',
  code: 'Exchange the code',
  refresh: 'Renew',
  call: 'Call the API',
  revoke: 'Give the token back',
  'sign-out': 'Sign out',
  clock: 'Move the test clock',
};

/** Shows the log, the newest first. What is shown already stays as the reader left it; only the newest opens by itself. */
export function showLog(root: HTMLElement, log: Exchange[]): void {
  const newest = Number(root.firstElementChild?.getAttribute('data-number') ?? 0);
  if (log.length === 0) {
    root.replaceChildren(html('li', { class: 'quiet' }, 'Nothing yet. Every request of the app will be listed here.'));
    return;
  }
  const added = log.filter((exchange) => exchange.number > newest);
  if (added.length === 0) return;
  if (newest === 0) root.replaceChildren();
  root.querySelector('details[data-opened-itself]')?.removeAttribute('open');
  for (const exchange of added) root.prepend(entry(exchange, exchange === log.at(-1)));
}

/** Opens an entry and brings the reader there. */
export function revealExchange(root: HTMLElement, number: number): void {
  const details = root.querySelector(`li[data-number="${number}"] details`);
  if (!(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  details.querySelector('summary')?.focus();
}

function entry(exchange: Exchange, isOpen: boolean): HTMLElement {
  const { number, purpose, method, url, outcome } = exchange;
  const status = 'status' in outcome ? String(outcome.status) : outcome.kind;
  return html(
    'li',
    {
      'data-testid': 'exchange',
      'data-number': number,
      'data-purpose': purpose,
      'data-status': status,
      'data-outcome': outcome.kind,
    },
    html(
      'details',
      { open: isOpen, 'data-opened-itself': isOpen },
      html(
        'summary',
        {},
        html('span', { class: 'number' }, `#${number}`),
        html('span', { class: 'what' }, NAMES[purpose]),
        html('code', { class: 'where' }, `${method} ${new URL(url).pathname}`),
        outcomeBadge(outcome),
      ),
      html('p', { class: 'fine' }, html('code', { class: 'url' }, `${method} ${url}`)),
      html('p', { class: 'fine quiet' }, formatInstant(exchange.atMs)),
      ...pairs('Headers', exchange.headers),
      ...pairs('Fields', exchange.fields),
      ...answer(outcome),
    ),
  );
}

function outcomeBadge(outcome: Outcome): HTMLElement {
  switch (outcome.kind) {
    case 'answer':
      return html('span', { class: `badge ${outcome.status < 400 ? 'ok' : 'danger'}` }, String(outcome.status));
    case 'lost':
      return html('span', { class: 'badge danger' }, 'lost');
    case 'failed':
      return html('span', { class: 'badge danger' }, 'no answer');
    case 'navigated':
      return html('span', { class: 'badge' }, 'page');
  }
}

function answer(outcome: Outcome): HTMLElement[] {
  switch (outcome.kind) {
    case 'answer':
      return [...pairs(`Answer ${outcome.status}`, outcome.headers), body(outcome.body)];
    case 'lost':
      return [
        html('p', { class: 'note' }, 'The app never saw this answer. The Lab shows what was on the wire.'),
        ...pairs(`Answer ${outcome.status}`, outcome.headers),
        body(outcome.body),
      ];
    case 'failed':
      return [html('p', { class: 'note' }, `No answer: ${outcome.message}`)];
    case 'navigated':
      return [];
  }
}

function pairs(title: string, shown: Shown): HTMLElement[] {
  if (shown.length === 0) return [];
  const rows = shown.flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, value)]);
  return [html('h3', { class: 'caption' }, title), html('dl', { class: 'pairs' }, ...rows)];
}

function body(text: string): HTMLElement {
  return html('pre', { tabindex: 0, 'aria-label': 'Body' }, text);
}
