import { createClient, SessionError } from '@ostiary/browser';
import type { SessionState } from '@ostiary/browser';
import { silentFrame } from '@ostiary/browser/frame';
import { openStore } from '@ostiary/browser/store';
import { byId } from './dom.ts';
import { watchFrames } from './frame-watch.ts';
import { formatDuration } from './human-time.ts';
import { labEnvironment } from './lab-environment.ts';
import { loadSettings } from './settings.ts';
import { openWorkbench } from './workbench.ts';

const CLIENT_ID = 'lab-silent';
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

const { issuer, apiUrl } = await loadSettings();
const { clock, recorder, watch, breakage, say, run, on, onShow } = await openWorkbench('silent');
const environment = labEnvironment({ recorder, breakage, leapMs: clock.leapMs, leave });
const app = createClient(
  {
    issuer,
    clientId: CLIENT_ID,
    redirectUri: `${location.origin}/silent/callback`,
    scope: 'openid read:reports',
    storage: watch.over(openStore(environment, 'session', `ostiary.${CLIENT_ID}@${issuer}`)),
    silentSignIn: silentFrame({ redirectUri: `${location.origin}/silent/frame` }),
    // What the user was doing is kept with every key stroke: the page may be left.
    beforeRedirect: () => say('leaving', 'No frame could renew. Going to the issuer and back…'),
  },
  environment,
);
watchFrames(recorder);
byId('other-site', HTMLAnchorElement).href = otherSite();
app.onState(tell);
onShow(showWhatCanBeDone);
connectButtons();
run(comeBack);

async function comeBack(): Promise<void> {
  const isBack = new URL(location.href).searchParams.has('state');
  if (isBack) recorder.navigated('callback', new URL(location.href));
  try {
    const signedIn = await app.handleCallback();
    if (isBack) history.replaceState(null, '', '/silent');
    say(app.isSignedIn ? 'signed-in' : 'signed-out', words(signedIn !== undefined));
  } catch (fault) {
    history.replaceState(null, '', '/silent');
    if (!(fault instanceof SessionError)) throw fault;
    // The issuer said no to a page of its own: the SDK asks no more, and ends the session by its next look.
    if (app.isSignedIn) await app.getAccessToken().catch(() => undefined);
    if (app.state.kind !== 'ended') say('error', `The issuer said no: ${fault.error ?? fault.message}.`);
  }
}

function words(isJustSignedIn: boolean): string {
  if (!app.isSignedIn) return 'Not signed in.';
  return isJustSignedIn ? 'Signed in. Your note is still here.' : 'Signed in.';
}

/** What happens by itself is told as it happens. */
function tell(state: SessionState): void {
  if (state.kind === 'degraded') say('error', `No renewal now (${state.reason}). Nothing is lost.`);
  if (state.kind !== 'ended') return;
  const reason = state.reason.error?.code ?? state.reason.code;
  watch.ended({ kind: 'ended', cause: 'login_required', reason: `The issuer says ${reason}.` });
  say('signed-out', `Your sign-in at the issuer is over (${reason}). Sign in again: your note is still here.`);
}

function connectButtons(): void {
  on('sign-in', () => app.signIn({ returnTo: '/silent' }));
  on('sign-out', () => app.signOut({ returnTo: `${location.origin}/silent` }));
  on('call-api', callApi);
  on('renew', renew);
  on('advance-hour', () => advance(HOUR_SECONDS));
  on('advance-day', () => advance(DAY_SECONDS));
  on('advance-days', () => advance(4 * DAY_SECONDS));
}

async function callApi(): Promise<void> {
  const before = watch.record()?.tokens.accessToken;
  const url = `${apiUrl}/reports`;
  try {
    const { status } = await app.fetch(url);
    const number = recorder.log().findLast(({ purpose }) => purpose === 'call')?.number ?? 0;
    recorder.note(number, { kind: 'called', api: 'reports', status });
    const renewed = watch.record()?.tokens.accessToken === before ? '' : ' after a renewal';
    say('signed-in', `The API answered ${status}${renewed}.`);
  } catch (fault) {
    explain(fault);
  }
}

async function renew(): Promise<void> {
  try {
    await app.extend();
    say('signed-in', 'Renewed without a dialogue.');
  } catch (fault) {
    explain(fault);
  }
}

/** Time passes while the computer sleeps. When it wakes up, the SDK sees for itself what is due. */
async function advance(seconds: number): Promise<void> {
  const before = watch.record()?.tokens.accessToken;
  await clock.advance(seconds, recorder);
  environment.wake();
  if (before === undefined) return say('signed-out', `${formatDuration(seconds * 1000)} passed.`);
  await app.getAccessToken().catch(() => undefined);
  if (!app.isSignedIn || app.state.kind === 'degraded') return;
  const isRenewed = watch.record()?.tokens.accessToken !== before;
  const by = isRenewed ? 'The app renewed by itself, without a dialogue.' : 'The access token is still good.';
  say('signed-in', `${formatDuration(seconds * 1000)} passed. ${by}`);
}

function explain(fault: unknown): void {
  if (!(fault instanceof SessionError)) throw fault;
  if (app.state.kind !== 'ended' && app.state.kind !== 'degraded') say('error', fault.message);
}

/** The same page by name and by number: two sites for a browser. */
function otherSite(): string {
  const url = new URL('/silent', location.href);
  url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  return url.href;
}

function leave(url: URL): void {
  const isSigningOut = !url.searchParams.has('response_type');
  const number = recorder.navigated(isSigningOut ? 'sign-out' : 'authorize', url);
  if (isSigningOut) recorder.note(number, { kind: 'ended', cause: 'signed-out', reason: 'You signed out.' });
  say('leaving', isSigningOut ? 'Signing out…' : 'Going to the issuer…');
  location.assign(url);
}

function showWhatCanBeDone(): void {
  for (const id of ['call-api', 'renew', 'sign-out']) button(id).disabled = !app.isSignedIn;
  for (const id of ['advance-hour', 'advance-day', 'advance-days']) button(id).disabled = !clock.canMove();
}

function button(id: string): HTMLButtonElement {
  return byId(id, HTMLButtonElement);
}
