import { SessionError } from '@ostiary/browser';
import type { Client } from '@ostiary/browser';
import { fingerprint } from './base64url.ts';
import { dropFlow, keepFlow, readFlow } from './flow.ts';
import type { Flow } from './flow.ts';
import { formatDuration } from './human-time.ts';
import type { Settings } from './settings.ts';
import type { Twins } from './twins.ts';
import type { Workbench } from './workbench.ts';

const HOUR_SECONDS = 3600;

type Api = NonNullable<Flow['resume']>;

export interface LiveAppPorts extends Pick<Workbench, 'clock' | 'recorder' | 'watch' | 'breakage' | 'say'> {
  settings: Settings;
  /** The client of the moment: it changes with the place that the tokens are kept in. */
  client: () => Client;
  twins: Twins;
}

/** The single-page app of the scenario: each method is one thing that a person can do, and one call of the SDK. */
export class LiveApp {
  private readonly ports: LiveAppPorts;

  constructor(ports: LiveAppPorts) {
    this.ports = ports;
  }

  /** Steps 1 and 2. With the mode `steps` the page stays until the reader leaves it. */
  async signIn(flow: Flow): Promise<void> {
    const { client, say } = this.ports;
    keepFlow(flow);
    await this.attempt(() => client().signIn({ returnTo: '/' }), 'Sign-in failed');
    if (flow.mode === 'steps') say('prepared', 'Prepared. Next: go to /authorize.');
  }

  /** What the issuer sent back, if this page was opened by its redirect. True when a code is waiting for step 3. */
  async comeBack(): Promise<boolean> {
    const { recorder, say } = this.ports;
    const answer = new URL(location.href).searchParams;
    if (!answer.has('state')) return false;
    recorder.navigated('callback', new URL(location.href));
    if (readFlow()?.mode !== 'steps' || answer.has('error')) {
      await this.exchangeCode();
      return false;
    }
    say('code-received', 'The code is here. Next: exchange it, within a minute.');
    return true;
  }

  /** Step 3. */
  async exchangeCode(): Promise<void> {
    const { client, say } = this.ports;
    const flow = readFlow();
    dropFlow();
    const signedIn = await this.attempt(() => client().handleCallback(), 'Sign-in failed');
    history.replaceState(null, '', '/');
    if (signedIn === undefined || flow === undefined) return;
    const welcome = welcomeWords(flow);
    say('signed-in', welcome);
    if (flow.resume !== undefined) await this.call(flow.resume, welcome);
    if (flow.mode === 'tour') await this.tour();
  }

  async call(api: Api, before = ''): Promise<void> {
    const { watch, say } = this.ports;
    const tokenBefore = watch.record()?.tokens.accessToken;
    const status = await this.fetchReports(api);
    if (typeof status === 'string') return this.trouble(`The call failed (${status})`, api);
    const { state } = this.ports.client();
    if (state.kind === 'ended') return this.startAgain(api);
    const renewed = watch.record()?.tokens.accessToken === tokenBefore ? '' : ' after a renewal';
    say('signed-in', `${before} The API answered ${status}${renewed}.`.trim());
  }

  /** Ten calls at once find out together that the access token is over. */
  async callTenTimes(): Promise<void> {
    const { recorder, say } = this.ports;
    const last = recorder.log().at(-1)?.number ?? 0;
    const answers = await Promise.all(Array.from({ length: 10 }, () => this.fetchReports('reports')));
    if (this.ports.client().state.kind === 'ended') return this.startAgain('reports');
    const good = answers.filter((status) => status === 200).length;
    const renewals = recorder.log().filter(({ number, purpose }) => number > last && purpose === 'refresh').length;
    say('signed-in', `${good} of ten calls answered 200; renewals: ${renewals}.`);
  }

  /** The status, or why there was none. */
  private async fetchReports(api: Api): Promise<number | string> {
    const { client, settings, recorder } = this.ports;
    const url = api === 'legacy' ? `${settings.apiUrl}/legacy/reports` : `${settings.apiUrl}/reports`;
    try {
      return (await client().fetch(url)).status;
    } catch (fault) {
      return fault instanceof Error ? fault.message : String(fault);
    } finally {
      for (const { number, purpose, url: to, outcome, fact } of recorder.log()) {
        if (purpose === 'call' && to === url && fact === undefined && outcome.kind === 'answer')
          recorder.note(number, { kind: 'called', api, status: outcome.status });
      }
    }
  }

  async renewNow(): Promise<void> {
    await this.renew('Renewed');
  }

  /** The answer of a renewal never arrives; the SDK asks again with the same refresh token and the same attempt. */
  async loseAnswer(): Promise<void> {
    const { breakage, watch } = this.ports;
    breakage.losesAnswer = true;
    await this.renew((successor) =>
      successor === watch.lost() ? 'The answer was lost, and the same successor came back' : 'Asked again',
    );
  }

  /** As a tab that was duplicated would: the same refresh token is sent twice before either has an answer. */
  async renewTwice(): Promise<void> {
    const { twins } = this.ports;
    const other = twins.begin();
    await this.renew(async (successor) => {
      const isSame = (await other) === successor;
      return isSame ? 'Both renewals got the same successor' : 'The two renewals got different successors';
    });
  }

  /** The server is busy, or the network is gone, while the app renews. */
  async renewBusy(): Promise<void> {
    this.ports.breakage.isBusy = true;
    await this.renew('The server was busy once; renewed');
  }

  async advance(seconds: number): Promise<void> {
    const { clock, recorder, watch, say } = this.ports;
    await clock.advance(seconds, recorder);
    const passed = `${formatDuration(seconds * 1000)} passed.`;
    const tokens = watch.record()?.tokens;
    if (tokens === undefined) return say('signed-out', passed);
    const isOver = tokens.expiresAtMs !== undefined && clock.nowMs() >= tokens.expiresAtMs;
    say('signed-in', `${passed} The access token is ${isOver ? 'over: the next call renews it' : 'still good'}.`);
  }

  async signOut(): Promise<void> {
    this.ports.say('leaving', 'Signing out…');
    await this.ports.client().signOut({ returnTo: `${location.origin}/` });
  }

  private async tour(): Promise<void> {
    await this.call('reports');
    await this.advance(HOUR_SECONDS);
    await this.call('reports');
  }

  private async renew(words: string | ((successor: string) => string | Promise<string>)): Promise<void> {
    const { client, watch, say } = this.ports;
    try {
      await client().extend();
    } catch (fault) {
      return this.trouble(`The renewal failed (${String(fault)})`);
    }
    await watch.settled();
    const successor = await fingerprint(watch.record()?.tokens.refreshToken ?? '');
    const said = typeof words === 'string' ? words : await words(successor);
    say('signed-in', `${said}: generation ${watch.generation()}, token ${successor}.`);
  }

  private async trouble(words: string, resume?: Api): Promise<void> {
    if (this.ports.client().state.kind === 'ended') return this.startAgain(resume);
    this.ports.say('signed-in', `${words}. Nothing is lost: try again.`);
  }

  /** The grant is over: back to step 1, with what the person was doing. */
  private async startAgain(resume?: Api): Promise<void> {
    const { state } = this.ports.client();
    const reason = state.kind === 'ended' ? (state.reason.error?.description ?? state.reason.code) : 'signed out';
    await this.signIn({ mode: 'all', endedBecause: reason, ...(resume && { resume }) });
  }

  private async attempt<Result>(work: () => Promise<Result>, words: string): Promise<Result | undefined> {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof SessionError)) throw fault;
      this.ports.say('error', `${words}: ${fault.message}`);
      return undefined;
    }
  }
}

function welcomeWords({ endedBecause }: Flow): string {
  if (endedBecause === undefined) return 'Signed in.';
  return `Your session had ended (${endedBecause}). You are signed in again, and your note is still here.`;
}
