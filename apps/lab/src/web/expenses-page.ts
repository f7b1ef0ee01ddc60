import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import type { ApiCall } from '../api-log.ts';
import type { RevocationsKnown } from '../api.ts';
import { formatInstant } from '../browser/human-time.ts';
import type { ApiInForce } from '../issuer-overlay.ts';
import type { ApiAnswer } from './call-api.ts';
import { settingsCard, timeCard } from './cards.ts';
import { webDocument } from './document.ts';
import type { Markup } from './document.ts';
import { handlerSource } from './handler-source.ts';
import type { HandlerForm } from './handler-source.ts';

export interface ExpensesView {
  form: HandlerForm;
  user: string;
  answer: ApiAnswer;
  token: {
    fingerprint: string;
    expiresAtMs: number | undefined;
    scope: string;
    /** Whether this very request renewed it. */
    isRenewed: boolean;
    refreshFingerprint: string | undefined;
  };
  calls: readonly ApiCall[];
  revocations: RevocationsKnown;
  settings: ApiInForce | undefined;
  /** By how much the clock of the app is wrong. */
  behindSeconds: number;
}

const paths = { loop: '/expenses', short: '/expenses/short' } as const;

/** The page of the exercise: expenses, and how their token got here. */
export async function expensesPage(addresses: LabAddresses, view: ExpensesView): Promise<string> {
  return webDocument(addresses, {
    path: paths[view.form],
    title: 'A web app and its API',
    lead: html`An Express app that renews by itself while it answers. Its tokens stay at the server; the browser has a cookie.`,
    script: 'web-app.ts',
    main: html`
      ${statusLine(view.answer, view.token.isRenewed)} ${timelineCard()}
      <div class="columns">
        <div class="stack">${await expensesCard(view)}</div>
        <div class="stack">${logCard(view.calls)} ${timeCard(view.behindSeconds)} ${knownCard(view.revocations, addresses)}</div>
        <div class="stack">${tokenCard(view.token)} ${settingsCard(view.settings)}</div>
      </div>
    `,
  });
}

function statusLine(answer: ApiAnswer, isRenewed: boolean): Markup {
  const [state, words] = answer.ok
    ? ['signed-in', `The API answered 200${isRenewed ? ' after a renewal' : ''}.`]
    : ['error', `The API refused the token (${answer.status}, ${answer.reason}): ${answer.words}.`];
  return html`<p id="status" data-testid="status" data-state="${state}" class="status" role="status">${words}</p>`;
}

function timelineCard(): Markup {
  return html`<section class="card hero" aria-labelledby="timeline-title">
    <div class="card-head"><h2 id="timeline-title">Timeline</h2></div>
    <div class="timeline-frame">
      <div id="timeline-scroll" class="timeline-scroll">
        <svg id="timeline" role="group" aria-label="Token timeline. Arrow keys move from event to event."></svg>
      </div>
      <div id="timeline-detail" class="detail" aria-live="polite"></div>
    </div>
    <ul id="legend" class="legend" aria-label="Legend"></ul>
    <p class="quiet fine">As the server saw it. Long waits are drawn shorter than they are; order and times are exact.</p>
  </section>`;
}

async function expensesCard({ user, answer, form }: ExpensesView): Promise<Markup> {
  const other = form === 'loop' ? 'short' : 'loop';
  return html`<section class="card" aria-labelledby="expenses-title">
    <h2 id="expenses-title">Expenses of ${user}</h2>
    ${answer.ok ? reportsTable(answer.reports) : html`<p class="quiet">None: the API let nobody in.</p>`}
    <div class="buttons">
      <a class="button primary" id="reload" href="${paths[form]}">Load again</a>
      <a class="button" id="sign-out" href="/logout">Sign out</a>
    </div>
    <h3>How the token got here</h3>
    <pre tabindex="0" aria-label="Code of this page">${await handlerSource(form)}</pre>
    <p class="quiet fine">
      ${form === 'loop' ? 'The loop of the exercise, letter by letter.' : 'No loop: whoever asks gets a token that lives.'}
      <a id="other-form" href="${paths[other]}">${other === 'short' ? 'The same without a loop' : 'The same with the loop'}</a>
    </p>
  </section>`;
}

function reportsTable(reports: Extract<ApiAnswer, { ok: true }>['reports']): Markup {
  return html`<table class="table">
    <thead>
      <tr>
        <th scope="col">Report</th>
        <th scope="col" class="amount">Amount</th>
      </tr>
    </thead>
    <tbody>
      ${reports.map(
        ({ title, amount }) =>
          html`<tr>
            <td>${title}</td>
            <td class="amount">${amount}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function tokenCard({ fingerprint, expiresAtMs, scope, refreshFingerprint }: ExpensesView['token']): Markup {
  return html`<section class="card" aria-labelledby="tokens-title">
    <h2 id="tokens-title">Tokens of this session</h2>
    <article class="token">
      <h3>
        Access token
        ${expiresAtMs === undefined ? '' : html`<span class="badge" id="access-remaining" data-ends-at="${expiresAtMs}"></span>`}
      </h3>
      <dl class="pairs">
        <dt>Fingerprint</dt>
        <dd id="access-fingerprint">${fingerprint}</dd>
        <dt>Scope</dt>
        <dd>${scope}</dd>
      </dl>
    </article>
    ${
      refreshFingerprint === undefined
        ? html`<p class="note" id="no-refresh-token">
            There is no refresh token: when the access token is over, somebody has to sign in again.
            <a href="/sign-in?offline=yes">Sign in with offline access</a>
          </p>`
        : html`<article class="token">
            <h3>Refresh token</h3>
            <dl class="pairs">
              <dt>Fingerprint</dt>
              <dd id="refresh-fingerprint">${refreshFingerprint}</dd>
            </dl>
          </article>`
    }
  </section>`;
}

/** What the API wrote down. `iat` is the moment at which the token of a call was issued. */
function logCard(calls: readonly ApiCall[]): Markup {
  return html`<section class="card" aria-labelledby="log-title">
    <h2 id="log-title">Log of the API</h2>
    <p class="quiet fine">The newest first: when the token of each call was issued (<code>iat</code>). The same within its life, another one after.</p>
    <ol id="api-log" class="log calls" tabindex="0" aria-labelledby="log-title">
      ${calls.map(
        ({ number, path, status, issuedAtSeconds, reason }) =>
          html`<li data-number="${number}" data-status="${status}" data-iat="${issuedAtSeconds ?? ''}">
            <code>GET ${path}</code>
            <span class="badge ${status === 200 ? 'ok' : 'danger'}">${status}</span>
            <span class="when">${issuedAtSeconds === undefined ? (reason ?? '') : html`iat ${formatInstant(issuedAtSeconds * 1000)}`}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

const feedWords = {
  loading: 'not heard of yet: nobody is let in',
  fresh: 'up to date',
  stale: 'not heard of for too long: nobody is let in',
} as const;

/** The revocation feed as the API has it. */
function knownCard({ entries, state }: RevocationsKnown, { issuer }: LabAddresses): Markup {
  return html`<section class="card" aria-labelledby="known-title">
    <h2 id="known-title">What the API knows</h2>
    <p class="quiet fine">The issuer tells it what ended before its tokens did. Withdraw the access of Lab Web on your <a href="${issuer}/account">account page</a>, and load again. Or remove this device there: then this page ends by itself.</p>
    <dl class="pairs">
      <dt>Ended before their time</dt>
      <dd id="feed-entries">${entries}</dd>
      <dt>Feed</dt>
      <dd id="feed-state">${feedWords[state]}</dd>
    </dl>
  </section>`;
}
