import type { TokenSet } from '@ostiary/browser';
import { html } from './dom.ts';
import { shortenSecret } from './exchange-log.ts';
import { formatInstant, formatRemaining } from './human-time.ts';
import { decodeJwt, timesOf } from './jwt.ts';

/** Shows the tokens decoded. Remaining lives are filled in by `showRemainingLives`. */
export function showTokens(root: HTMLElement, tokens: TokenSet | undefined, generation: number): void {
  if (tokens === undefined) {
    root.replaceChildren(html('p', { class: 'quiet' }, 'None. Sign in, and they will be taken apart here.'));
    return;
  }
  const cards = [jwtCard('Access token', 'access-token', tokens.accessToken), refreshCard(tokens, generation)];
  if (tokens.idToken !== undefined) cards.push(jwtCard('ID token', 'id-token', tokens.idToken));
  root.replaceChildren(...cards);
}

/** Writes how much life is left into every element that says when its token ends. */
export function showRemainingLives(root: ParentNode, nowMs: number): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-ends-at]')) {
    const endMs = Number(element.dataset['endsAt']);
    element.textContent = formatRemaining(endMs, nowMs);
    element.dataset['over'] = String(nowMs >= endMs);
  }
}

function jwtCard(name: string, id: string, token: string): HTMLElement {
  const decoded = decodeJwt(token);
  const expiry = timesOf(decoded?.payload ?? {}).find(({ claim }) => claim === 'exp');
  return html(
    'article',
    { class: 'token', 'data-testid': id },
    html('h3', {}, name, remaining(expiry?.atMs, `${id}-remaining`)),
    html('p', {}, html('code', { class: 'url' }, shortenSecret(token))),
    ...(decoded === undefined
      ? [html('p', { class: 'note' }, 'Not a JWT: only the issuer can read it.')]
      : [json('Header', decoded.header), json('Payload', decoded.payload), times(decoded.payload)]),
  );
}

function refreshCard({ refreshToken, refreshExpiresAtMs }: TokenSet, generation: number): HTMLElement {
  if (refreshToken === undefined) return html('p', { class: 'quiet fine' }, 'There is no refresh token.');
  return html(
    'article',
    { class: 'token', 'data-testid': 'refresh-token' },
    html('h3', {}, 'Refresh token', remaining(refreshExpiresAtMs, 'refresh-token-remaining')),
    html('p', {}, html('code', { class: 'url' }, shortenSecret(refreshToken))),
    html(
      'p',
      {},
      'Generation ',
      html('strong', { 'data-testid': 'refresh-generation' }, String(generation)),
      '. Opaque: only the issuer can read it.',
    ),
  );
}

function remaining(endMs: number | undefined, testId: string): HTMLElement | undefined {
  return endMs === undefined
    ? undefined
    : html('span', { class: 'badge', 'data-ends-at': endMs, 'data-testid': testId });
}

function json(title: string, value: unknown): HTMLElement {
  const text = JSON.stringify(value, null, 2);
  return html('div', {}, html('h4', {}, title), html('pre', { tabindex: 0, 'aria-label': title }, text));
}

function times(payload: Record<string, unknown>): HTMLElement {
  const rows = timesOf(payload).flatMap(({ claim, atMs }) => [
    html('dt', {}, claim),
    html('dd', {}, formatInstant(atMs)),
  ]);
  return html('dl', { class: 'pairs' }, ...rows);
}
