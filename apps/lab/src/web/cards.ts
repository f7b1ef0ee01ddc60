import { html } from 'hono/html';
import type { ApiInForce } from '../issuer-overlay.ts';
import type { Markup } from './document.ts';

/** The settings of the API as an operator has them, to be changed while everything runs. */
export function settingsCard(settings: ApiInForce | undefined, problem?: string): Markup {
  if (settings === undefined) return html``;
  const { name, allowOfflineAccess, accessTokenSeconds, accessTokenBrowserSeconds } = settings;
  return html`<section class="card" aria-labelledby="settings-title">
    <h2 id="settings-title">Settings of the API</h2>
    <p class="quiet fine">
      For “${name}”, at the issuer. They take effect at the next token, without a new sign-in. The issuer forgets them when it
      starts again.
    </p>
    <form method="post" action="/settings" class="form">
      ${problem === undefined ? '' : html`<p id="settings-problem" class="note" role="alert">${problem}</p>`}
      <label class="check">
        <input type="checkbox" name="allowOfflineAccess" id="allow-offline" ${allowOfflineAccess ? 'checked' : ''} />
        Allow Offline Access
      </label>
      ${secondsField('accessTokenSeconds', 'Token Expiration (Seconds)', accessTokenSeconds)}
      ${secondsField('accessTokenBrowserSeconds', 'Token Expiration for Browser Flows (Seconds)', accessTokenBrowserSeconds)}
      <div class="buttons"><button type="submit" id="save-settings">Save</button></div>
    </form>
  </section>`;
}

function secondsField(name: string, label: string, value: number): Markup {
  return html`<label class="field" for="${name}">${label}</label>
    <input type="number" inputmode="numeric" min="1" name="${name}" id="${name}" value="${value}" required />`;
}

const steps: [seconds: number, words: string][] = [
  [10, '+ 10 seconds'],
  [3600, '+ 1 hour'],
  [86_400, '+ 1 day'],
  [15 * 86_400, '+ 15 days'],
];

const delays: [seconds: number, words: string][] = [
  [0, 'Right'],
  [30, '30 seconds behind'],
  [600, '10 minutes behind'],
];

/** The test clock, and the clock of this app. Afterwards the page that was shown is shown again. */
export function timeCard(behindSeconds: number): Markup {
  return html`<section class="card" aria-labelledby="time-title">
    <h2 id="time-title">Let time pass</h2>
    <form method="post" action="/time" class="buttons">
      ${steps.map(
        ([seconds, words]) =>
          html`<button type="submit" name="seconds" value="${seconds}" id="advance-${seconds}">${words}</button>`,
      )}
    </form>
    <p class="quiet fine">Issuer, API and this app go by this clock. 15 days without use end the refresh token.</p>
    <h3 id="app-clock-title">The clock of this app</h3>
    <form method="post" action="/app-clock" class="buttons" aria-labelledby="app-clock-title">
      ${delays.map(
        ([seconds, words]) =>
          html`<button
            type="submit"
            name="behindSeconds"
            value="${seconds}"
            id="behind-${seconds}"
            aria-pressed="${String(seconds === behindSeconds)}"
          >
            ${words}
          </button>`,
      )}
    </form>
    <p class="quiet fine">
      Behind, it takes ID tokens for tokens from the future. A little is tolerated; of more, a new sign-in tells.
    </p>
  </section>`;
}
