import { createClient } from '@ostiary/browser';
import type { Client } from '@ostiary/browser';
import { byId, html } from './dom.ts';
import { shortenSecret } from './exchange-log.ts';
import { labEnvironment } from './lab-environment.ts';
import type { LabEnvironment } from './lab-environment.ts';
import { readFlow } from './flow.ts';
import { LiveApp } from './live-app.ts';
import { noticedLeap } from './noticed-time.ts';
import { loadSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { offerStorageChoice, storageChoice } from './storage-choice.ts';
import { storeIn } from './token-places.ts';
import { createTwins } from './twins.ts';
import { openWorkbench } from './workbench.ts';

const CLIENT_ID = 'lab-spa';
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

let held: URL | undefined;
const settings = await loadSettings();
const name = `ostiary.${CLIENT_ID}@${settings.issuer}`;
const bench = await openWorkbench('spa');
const { clock, recorder, watch, breakage, say, run, on } = bench;
const twins = createTwins(recorder);
const checkExp = byId('check-exp', HTMLInputElement);
const environment: LabEnvironment = labEnvironment({
  recorder: { ...recorder, fetch: (input, init) => twins.fetch(input, init) },
  breakage,
  leapMs: noticedLeap(checkExp, clock, recorder),
  leave,
});
let client = openClient(settings);
const app = new LiveApp({ ...bench, settings, twins, client: () => client });

connectButtons();
bench.onShow(showWhatCanBeDone);
offerStorageChoice(byId('storage-choice', HTMLFieldSetElement), () => {
  client.close();
  client = openClient(settings);
});
run(async () => {
  showWhereWeAre();
  button('step-exchange').disabled = !(await app.comeBack());
});

/** Everything that the app is made of: one client of the SDK. */
function openClient({ issuer }: Settings): Client {
  const opened = createClient(
    {
      issuer,
      clientId: CLIENT_ID,
      redirectUri: `${location.origin}/callback`,
      scope: 'openid offline_access eq1 read:reports',
      // The Lab looks at everything that is stored; an app of yours says `storage: 'session'`.
      storage: watch.over(storeIn(storageChoice(), environment, name)),
      renew: 'onUse',
      renewOn403: true,
    },
    environment,
  );
  opened.onState((state) => {
    if (state.kind !== 'ended') return;
    watch.ended({
      kind: 'ended',
      cause: 'invalid_grant',
      reason: state.reason.error?.description ?? state.reason.code,
    });
  });
  return opened;
}

/** Where the SDK leaves the page. Step by step the reader does. */
function leave(url: URL): void {
  const isSigningOut = !url.searchParams.has('response_type');
  if (!isSigningOut && readFlow()?.mode === 'steps' && held === undefined) {
    held = url;
    return showPrepared(url);
  }
  const number = recorder.navigated(isSigningOut ? 'sign-out' : 'authorize', url);
  if (isSigningOut) recorder.note(number, { kind: 'ended', cause: 'signed-out', reason: 'You signed out.' });
  say('leaving', isSigningOut ? 'Signing out…' : 'Going to the issuer…');
  location.assign(url);
}

function showWhereWeAre(): void {
  const hasSignedOut = recorder.log().at(-1)?.purpose === 'sign-out';
  if (client.isSignedIn) say('signed-in', 'Signed in.');
  else say('signed-out', hasSignedOut ? 'You are signed out.' : 'Not signed in.');
}

function connectButtons(): void {
  on('sign-in', () => app.signIn({ mode: 'all' }));
  on('do-it-all', () => app.signIn({ mode: 'tour' }));
  on('sign-out', () => app.signOut());
  on('step-prepare', () => {
    held = undefined;
    return app.signIn({ mode: 'steps' });
  });
  on('step-authorize', () => {
    if (held !== undefined) leave(held);
  });
  on('step-exchange', async () => {
    button('step-exchange').disabled = true;
    await app.exchangeCode();
  });
  on('call-api', () => app.call('reports'));
  on('call-legacy-api', () => app.call('legacy'));
  on('ten-calls', () => app.callTenTimes());
  on('renew', () => app.renewNow());
  on('lose-answer', () => app.loseAnswer());
  on('two-renewals', () => app.renewTwice());
  on('busy-server', () => app.renewBusy());
  on('advance-hour', () => app.advance(HOUR_SECONDS));
  on('advance-day', () => app.advance(DAY_SECONDS));
  on('advance-days', () => app.advance(15 * DAY_SECONDS));
  const offline = byId('offline', HTMLInputElement);
  offline.addEventListener('change', () => {
    breakage.isOffline = offline.checked;
    if (!offline.checked) environment.wake();
  });
}

function showWhatCanBeDone(): void {
  const isSignedIn = client.isSignedIn;
  for (const id of ['renew', 'lose-answer', 'two-renewals', 'busy-server', 'ten-calls', 'sign-out'])
    button(id).disabled = !isSignedIn;
  for (const id of ['advance-hour', 'advance-day', 'advance-days']) button(id).disabled = !bench.clock.canMove();
  button('step-authorize').disabled = held === undefined;
  byId('storage-choice', HTMLFieldSetElement).disabled = isSignedIn;
}

/** What the SDK drew: half of it is in the address, half in the storage of this tab. */
function showPrepared({ searchParams }: URL): void {
  const state = searchParams.get('state') ?? '';
  const kept: unknown = JSON.parse(sessionStorage.getItem(`${name}.${state}`) ?? 'null');
  const verifier = typeof kept === 'object' && kept !== null && 'verifier' in kept ? String(kept.verifier) : '';
  const challenge = searchParams.get('code_challenge') ?? '';
  const nonce = searchParams.get('nonce') ?? '';
  const rows = Object.entries({ code_verifier: shortenSecret(verifier), code_challenge: challenge, state, nonce });
  const list = byId('prepared', HTMLElement);
  list.replaceChildren(...rows.flatMap(([key, value]) => [html('dt', {}, key), html('dd', {}, value)]));
  list.hidden = false;
}

function button(id: string): HTMLButtonElement {
  return byId(id, HTMLButtonElement);
}
