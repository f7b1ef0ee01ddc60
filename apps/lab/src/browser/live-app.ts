import { callApi } from './api-call.ts';
import type { ApiCall, CallResult } from './api-call.ts';
import type { Endpoints, Settings } from './discovery.ts';
import { formatDuration } from './human-time.ts';
import { isAccessTokenExpired } from './jwt.ts';
import { dropFlow, keepFlow, readFlow } from './flow.ts';
import type { Flow } from './flow.ts';
import type { LabState } from './lab-status.ts';
import { redeemCode } from './redeem.ts';
import { renew } from './renewal.ts';
import type { Renewal, RenewalPorts } from './renewal.ts';
import { authorizationUrl, makeSignInRequest, readCallback } from './sign-in.ts';
import type { TestClock } from './test-clock.ts';

const HOUR_SECONDS = 3600;

export interface LiveAppPorts extends RenewalPorts {
  settings: Settings;
  endpoints: Endpoints;
  clock: TestClock;
  looksAtExp: () => boolean;
  say: (state: LabState, words: string) => void;
}

/** The single-page app of the scenario: each method is one thing that a person can do. */
export class LiveApp {
  private readonly ports: LiveAppPorts;
  /** The code between coming back and the third step; never stored. */
  private code: string | undefined;

  constructor(ports: LiveAppPorts) {
    this.ports = ports;
  }

  /** Step 1. */
  async prepare(flow: Omit<Flow, 'request'>): Promise<Flow> {
    const prepared = { ...flow, request: await makeSignInRequest() };
    keepFlow(prepared);
    this.ports.say('prepared', 'Prepared. Next: go to /authorize.');
    return prepared;
  }

  /** Step 2. */
  leaveForIssuer(flow: Flow): void {
    const { settings, endpoints, recorder, say } = this.ports;
    const url = authorizationUrl(flow.request, { ...settings, ...endpoints });
    recorder.navigated('authorize', url);
    say('leaving', 'Going to the issuer…');
    location.assign(url);
  }

  async signIn(flow: Omit<Flow, 'request'>): Promise<void> {
    this.leaveForIssuer(await this.prepare(flow));
  }

  /** What the issuer sent back, if this page was opened by its redirect. True when a code is waiting for step 3. */
  async comeBack(): Promise<boolean> {
    const { settings, recorder, say } = this.ports;
    const flow = readFlow();
    const callback = readCallback(location.search, { state: flow?.request.state, issuer: settings.issuer });
    if (callback.kind === 'none') return false;
    recorder.navigated('callback', new URL(location.href));
    history.replaceState(null, '', '/');
    if (callback.kind === 'error' || flow === undefined) {
      dropFlow();
      say('error', callback.kind === 'error' ? `Sign-in failed: ${callback.error}. ${callback.description}` : '');
      return false;
    }
    this.code = callback.code;
    if (flow.mode !== 'steps') {
      await this.exchangeCode();
      return false;
    }
    say('code-received', 'The code is here. Next: exchange it, within a minute.');
    return true;
  }

  /** Step 3. */
  async exchangeCode(): Promise<void> {
    const { settings, say } = this.ports;
    const flow = readFlow();
    if (this.code === undefined || flow === undefined) return;
    const redemption = await redeemCode(this.ports, settings, { code: this.code, request: flow.request });
    this.code = undefined;
    dropFlow();
    if (redemption.kind === 'refused') return say('error', `The code was refused: ${redemption.reason}`);
    const welcome = welcomeWords(flow);
    say('signed-in', welcome);
    if (flow.resume !== undefined) await this.call(flow.resume, welcome);
    if (flow.mode === 'tour') await this.tour();
  }

  async call(api: ApiCall['api'], before = ''): Promise<void> {
    const { settings, looksAtExp, say } = this.ports;
    const result = await callApi(this.ports, { api, apiUrl: settings.apiUrl, looksAtExp: looksAtExp() });
    if (result.kind === 'ended') return this.startAgain(result.reason, api);
    say('signed-in', `${before} ${callWords(result)}`.trim());
  }

  async renewNow(): Promise<void> {
    await this.report(await renew(this.ports), 'Renewed');
  }

  /** The answer of a renewal never arrives; the app asks again with the same refresh token. */
  async loseAnswer(): Promise<void> {
    const first = await renew(this.ports, { losesAnswer: true });
    if (first.kind !== 'keep') return this.report(first, 'Renewed');
    const second = await renew(this.ports);
    const isSame = second.kind === 'renewed' && second.fingerprint === first.lostFingerprint;
    await this.report(second, isSame ? 'The answer was lost, and the same successor came back' : 'Asked again');
  }

  /** As two tabs would: both send the same refresh token before either has an answer. */
  async renewTwice(): Promise<void> {
    const [one, other] = await Promise.all([renew(this.ports), renew(this.ports)]);
    if (one.kind !== 'renewed' || other.kind !== 'renewed') {
      return this.report(one.kind === 'renewed' ? other : one, 'Renewed');
    }
    const isSame = one.fingerprint === other.fingerprint;
    await this.report(
      other,
      isSame ? 'Both renewals got the same successor' : 'The two renewals got different successors',
    );
  }

  async advance(seconds: number): Promise<void> {
    const { clock, recorder, store, nowMs, say } = this.ports;
    await clock.advance(seconds, recorder);
    const tokens = store().read();
    const passed = `${formatDuration(seconds * 1000)} passed.`;
    if (tokens === undefined) return say('signed-out', passed);
    const isOver = isAccessTokenExpired(tokens.accessToken, nowMs());
    say('signed-in', `${passed} The access token is ${isOver ? 'over: the next call renews it' : 'still good'}.`);
  }

  signOut(): void {
    const { settings, endpoints, recorder, say } = this.ports;
    const idToken = this.ports.store().read()?.idToken;
    const url = new URL(endpoints.endSessionEndpoint);
    url.searchParams.set('client_id', settings.clientId);
    url.searchParams.set('post_logout_redirect_uri', settings.postLogoutRedirectUri);
    if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
    this.ports.store().clear();
    const number = recorder.navigated('sign-out', url);
    recorder.note(number, { kind: 'ended', cause: 'signed-out', reason: 'You signed out.' });
    say('leaving', 'Signing out…');
    location.assign(url);
  }

  private async tour(): Promise<void> {
    await this.call('reports');
    await this.advance(HOUR_SECONDS);
    await this.call('reports');
  }

  private async report(renewal: Renewal, words: string): Promise<void> {
    if (renewal.kind === 'ended') return this.startAgain(renewal.reason);
    if (renewal.kind === 'keep') {
      return this.ports.say('signed-in', `The renewal failed (${renewal.reason}). Nothing is lost: try again.`);
    }
    this.ports.say('signed-in', `${words}: generation ${renewal.tokens.generation}, token ${renewal.fingerprint}.`);
  }

  /** The grant is over: back to step 1, with what the person was doing. */
  private async startAgain(reason: string, resume?: ApiCall['api']): Promise<void> {
    await this.signIn({ mode: 'all', resume, endedBecause: reason });
  }
}

function welcomeWords({ endedBecause }: Flow): string {
  if (endedBecause === undefined) return 'Signed in.';
  return `Your session had ended (${endedBecause}). You are signed in again, and your note is still here.`;
}

function callWords(result: Exclude<CallResult, { kind: 'ended' }>): string {
  if (result.kind === 'failed') return `The call failed (${result.reason}). Nothing is lost: try again.`;
  const renewed = result.hasRenewed ? ' after a renewal' : '';
  return `The API answered ${result.status}${renewed}.`;
}
