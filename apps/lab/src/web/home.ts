import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import type { ApiInForce } from '../issuer-overlay.ts';
import { settingsCard, timeCard } from './cards.ts';
import { webDocument } from './document.ts';

interface HomeView {
  /** The name of whoever is signed in. */
  user: string | undefined;
  settings: ApiInForce | undefined;
  behindSeconds: number;
}

/** Where the web app begins, and where one is after signing out. */
export function homePage(addresses: LabAddresses, { user, settings, behindSeconds }: HomeView): Promise<string> {
  const words = user === undefined ? 'Nobody is signed in here.' : `${user} is signed in.`;
  return webDocument(addresses, {
    path: '/',
    title: 'A web app and its API',
    lead: html`An Express app that calls an API for its user. Its tokens stay at the server; the browser has a cookie.`,
    script: 'web-app.ts',
    main: html`
      <p id="status" data-testid="status" data-state="${user === undefined ? 'signed-out' : 'signed-in'}" class="status" role="status">
        ${words}
      </p>
      <div class="columns">
        <section class="card" aria-labelledby="begin-title">
          <h2 id="begin-title">Begin</h2>
          <div class="buttons">
            <a class="button primary" id="expenses" href="/expenses">Open the expenses</a>
            ${user === undefined ? '' : html`<a class="button" id="sign-out" href="/logout">Sign out</a>`}
          </div>
          ${user === undefined ? html`<p class="quiet fine">The expenses need a sign-in. You come back to them.</p>` : ''}
          <h3>As in the exercise</h3>
          <p class="quiet fine">
            First without offline access: when the access token is over, the app is at its end. Then with it: the issuer asks
            whether the app may go on while you are away, and it renews by itself.
          </p>
          <div class="buttons">
            <a class="button" id="sign-in-online" href="/sign-in?offline=no">Sign in without offline access</a>
            <a class="button" id="sign-in-offline" href="/sign-in?offline=yes">Sign in with offline access</a>
          </div>
        </section>
        ${settingsCard(settings)} ${timeCard(behindSeconds)}
      </div>
    `,
  });
}

/** The settings again, with what was wrong. */
export function settingsPage(
  addresses: LabAddresses,
  settings: ApiInForce | undefined,
  problem: string,
): Promise<string> {
  return webDocument(addresses, {
    path: '/settings',
    title: 'A web app and its API',
    lead: html`Nothing was changed.`,
    script: 'web-app.ts',
    main: html`<div class="columns">${settingsCard(settings, problem)}</div>
      <p><a href="/expenses">Back to the expenses</a></p>`,
  });
}
